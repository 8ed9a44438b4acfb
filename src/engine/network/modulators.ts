import { InputError, shown } from "../../errors.ts";
import { expectFields, expectOnly, within } from "./expect.ts";
import { filled, type Others, type Table, table, time } from "./parameters.ts";
import type { Plasticity } from "./plasticity/plasticSynapses.ts";

/** What a population may say of a modulator of its neurons; see `Modulator`. */
export interface ModulatorSpec {
  /** Time constant [ms]. */
  readonly tau: number;
}

/** Where a projection without another target ends. */
export const MEMBRANE = "membrane";

/** [ms], by name. */
export type TimeConstants = ReadonlyMap<string, number>;

const fields = table({ tau: { ...time, doc: "time constant" } });

/** The fields of a map of modulators: their names are the writer's. */
export function modulatorFields(given: Others): Table {
  const one = { own: true, fields: () => fields };
  return Object.fromEntries(Object.keys(given).map(name => [name, one]));
}

/** @throws InputError that names the field, its value and what was expected */
export function timeConstants(
  given: Readonly<Record<string, ModulatorSpec>> | undefined,
  neuron: unknown,
): TimeConstants {
  if (given === undefined) return new Map();
  return within("modulators", () => {
    expectFields(given, "modulators by name");
    if (neuron === "input") throw new InputError("expected none, as an input population receives nothing");
    return new Map(
      Object.entries(given).map(([name, modulator]) => {
        if (name === "" || name === MEMBRANE)
          throw new InputError(`expected another name than ${shown(name)} of a modulator`);
        const { tau } = within(name, () => {
          expectOnly(modulator, "a modulator", Object.keys(fields));
          return filled(modulator, fields);
        });
        return [name, tau];
      }),
    );
  });
}

/**
 * The modulator that a projection reaches; null for the membrane.
 * @param known  the modulators of the target
 * @throws InputError for one that is not there
 */
export function targetOf({ to, target = MEMBRANE }: { to: string; target?: string }, known: TimeConstants) {
  if (target === MEMBRANE) return null;
  if (known.has(target)) return target;
  const names = [MEMBRANE, ...known.keys()].join(", ");
  const expected = known.size > 0 ? `one of ${names}` : `${MEMBRANE}, as ${to} has no modulators`;
  throw new InputError(`target: expected ${expected}, got ${shown(target)}`);
}

/** @throws InputError for plasticity that reads a modulator which no projection reaches */
export function expectModulated(
  projections: readonly {
    readonly place: number;
    readonly to: number;
    readonly target: string | null;
    readonly plasticity: Plasticity | null;
  }[],
  nameOf: (population: number) => string,
): void {
  for (const { place, to, plasticity } of projections) {
    const rules = plasticity?.models ?? [];
    const targets = projections.flatMap(p => (p.to === to && p.target !== null ? [p.target] : []));
    const reached = [...new Set(targets)];
    for (const [k, { modulators = {} }] of rules.entries()) {
      for (const [parameter, name] of Object.entries(modulators)) {
        if (reached.includes(name)) continue;
        const rule = rules.length > 1 ? `plasticity[${k}]` : "plasticity";
        throw new InputError(
          `projections[${place}].${rule}.${parameter}: expected a modulator of ${nameOf(to)} that a projection ` +
            `targets, which are ${reached.join(", ") || "none"}; got ${shown(name)}`,
        );
      }
    }
  }
}
