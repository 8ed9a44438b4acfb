import type { NetworkSpec } from "../engine/network.ts";
import { InputError } from "../errors.ts";
import { type Dimension, type PerPlace, parameter, quantity, type Scope } from "./expression.ts";

/**
 * A network as one writes it in a file: the fields of `NetworkSpec`, where a number may also be a quantity ("20 ms") or
 * an expression over `parameters` ("-g * J", "normal(1.5, 0.2) ms").
 */
export interface ModelDescription {
  readonly name: string;
  readonly description?: string;
  /** Where the model was published, and what of it this is. */
  readonly source?: string;
  /** Named values; each may use those before it. */
  readonly parameters?: Readonly<Record<string, number | string>>;
  readonly populations: Readonly<Record<string, unknown>>;
  readonly projections?: readonly unknown[];
  readonly stimuli?: readonly unknown[];
}

/** Fields that hold a word. */
const words = new Set([
  "name",
  "from",
  "to",
  "kind",
  "model",
  "reset",
  "dependence",
  "pairing",
  "delayKind",
  "weightAs",
  "eligibility",
  "padding",
  "quantity",
]);

/** Fields that may differ between synapses or neurons. */
const varying = new Set(["weights", "delay", "p", "v"]);

function dimensionOf(field: string): Dimension {
  if (/^(tau[A-Z].*|tau|delay|interval|start|stop|times)$/.test(field)) return "time";
  if (/^(v[A-Z].*|v|beta|weight|weights|wMin|wMax|wRef)$/.test(field)) return "voltage";
  if (/^(rate|rates|bound|targetRate)$/.test(field)) return "rate";
  if (/^(current|currents|bias)$/.test(field)) return "slope";
  return "number";
}

/**
 * Reads a description: quantities become numbers in ms, mV and Hz, expressions with draws become functions. What the
 * fields may hold is checked by `network`, which this feeds.
 * @throws InputError that names the path of the field, what it held and what was expected
 */
export function describe(model: unknown): { name: string; spec: NetworkSpec } {
  const raw = object(model, "model") as unknown as ModelDescription;
  if (typeof raw.name !== "string" || raw.name === "") {
    throw new InputError(`name: expected the model's name, got ${JSON.stringify(raw.name)}`);
  }
  const scope: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object(raw.parameters ?? {}, "parameters"))) {
    scope[name] = parameter(value, `parameters.${name}`, scope);
  }
  const known = ["name", "description", "source", "parameters", "populations", "projections", "stimuli"];
  for (const field of Object.keys(raw)) {
    if (!known.includes(field)) throw new InputError(`${field}: expected one of ${known.join(", ")}`);
  }
  const populations = object(raw.populations, "populations");
  const size = (name: unknown): number => {
    const population = populations[String(name)] as { size?: unknown } | undefined;
    const value =
      population && quantity(population.size, `populations.${String(name)}.size`, "number", scope);
    return typeof value === "number" ? value : 1;
  };
  const spec = {
    populations: Object.fromEntries(
      Object.entries(populations).map(([name, population]) => [
        name,
        read(object(population, `populations.${name}`), `populations.${name}`, scope, [
          size(name),
          size(name),
        ]),
      ]),
    ),
    projections: list(raw.projections, "projections").map((projection, q) => {
      const { from, to } = object(projection, `projections[${q}]`);
      return read(projection, `projections[${q}]`, scope, [size(from), size(to)]);
    }),
    ...(raw.stimuli && {
      stimuli: list(raw.stimuli, "stimuli").map((stimulus, s) => {
        const { to } = object(stimulus, `stimuli[${s}]`);
        return read(stimulus, `stimuli[${s}]`, scope, [size(to), size(to)]);
      }),
    }),
  };
  return { name: raw.name, spec: spec as unknown as NetworkSpec };
}

function read(
  value: unknown,
  path: string,
  scope: Scope,
  sizes: readonly [number, number],
  field = "",
): unknown {
  if (Array.isArray(value)) return value.map((item, k) => read(item, `${path}[${k}]`, scope, sizes, field));
  if (value !== null && typeof value === "object") {
    if (ArrayBuffer.isView(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, read(inner, `${path}.${key}`, scope, sizes, key)]),
    );
  }
  if (typeof value === "boolean" || typeof value === "function" || value === undefined) return value;
  if (typeof value === "string" && (words.has(field) || (field === "neuron" && value === "input")))
    return value;
  const found = quantity(value, path, dimensionOf(field), scope, varying.has(field) ? sizes : undefined);
  // Connectivity asks by pair only; its draws come from the projection's own stream.
  return field === "p" && typeof found === "function" ? byPair(found, path) : found;
}

function byPair(p: PerPlace, path: string): (pre: number, post: number) => number {
  const noDraws = new Proxy({} as Parameters<PerPlace>[0], {
    get() {
      throw new InputError(`${path}: expected a probability without draws`);
    },
  });
  const probability = (pre: number, post: number) => p(noDraws, pre, post);
  probability.toString = () => String(p);
  return probability;
}

function object(value: unknown, path: string): Record<string, unknown> {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new InputError(`${path}: expected an object, got ${JSON.stringify(value)}`);
  }
  return value as Record<string, unknown>;
}

function list(value: unknown, path: string): unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new InputError(`${path}: expected a list, got ${JSON.stringify(value)}`);
  return value;
}
