import type { Samples } from "../data/dataset.ts";
import { expectChoice } from "../engine/network/expect.ts";
import { MEMBRANE } from "../engine/network/modulators.ts";
import { type NetworkSpec, populationFields, projectionFields } from "../engine/network/network.ts";
import { weightUnit } from "../engine/network/neurons/index.ts";
import { stimulusFields } from "../engine/network/stimuli/stimulus.ts";
import type { Precision } from "../engine/simulation.ts";
import { InputError, shown } from "../errors.ts";
import { type OverTime, overTime, parameter, quantity, type Scope } from "./expression.ts";
import { readFields, short, within } from "./fields.ts";
import { describedStream, encoderSpec, streamSpec } from "./streamed.ts";

/**
 * A network as one writes it in a file: the fields of `NetworkSpec`, where a number may also be a quantity ("20 ms") or
 * an expression over `parameters` ("-g * J", "normal(1.5, 0.2) ms"); the README lists what one may hold.
 */
export interface ModelDescription {
  readonly name: string;
  readonly description?: string;
  /** Where the model was published, and what of it this is. */
  readonly source?: string;
  /** Step of the grid mode, in which it is to run where nobody says otherwise; without one it runs in the exact mode. */
  readonly dt?: number | string;
  /** In which the grid mode is to compute it where nobody says otherwise; `single` by default. */
  readonly precision?: Precision;
  /** Named values; each may use those before it. */
  readonly parameters?: Readonly<Record<string, number | string>>;
  readonly populations: Readonly<Record<string, unknown>>;
  readonly projections?: readonly unknown[];
  readonly stimuli?: readonly unknown[];
  /** Samples that it is shown: the fields of `StreamSpec`, and as `data` arrays or the name of a data set. */
  readonly stream?: unknown;
}

export interface DescribeOptions {
  /** The samples of the data set that the stream of the description names; see `streamedData`. */
  readonly data?: Samples;
}

/**
 * Reads a description: quantities become numbers in ms, mV and Hz, expressions with draws become functions. What the
 * fields may hold is checked by `network`, which this feeds.
 * @throws InputError that names the path of the field, what it held and what was expected
 */
export function describe(
  model: unknown,
  { data }: DescribeOptions = {},
): {
  name: string;
  spec: NetworkSpec;
  dt?: number;
  precision?: Precision;
} {
  const raw = object(model, "model") as unknown as ModelDescription;
  if (typeof raw.name !== "string" || raw.name === "") {
    throw new InputError(`name: expected the model's name, got ${shown(raw.name)}`);
  }
  // Without a prototype: whatever a parameter is called, it is a name like any other.
  const scope: Record<string, Scope[string]> = Object.create(null);
  for (const [name, value] of Object.entries(object(raw.parameters ?? {}, "parameters"))) {
    scope[name] = parameter(value, within("parameters", name), scope);
  }
  const known = [
    "name",
    "description",
    "source",
    "dt",
    "precision",
    "parameters",
    "populations",
    "projections",
    "stimuli",
    "stream",
  ];
  for (const field of Object.keys(raw)) {
    if (!known.includes(field)) throw new InputError(`${short(field)}: expected one of ${known.join(", ")}`);
  }
  const populations = object(raw.populations, "populations");
  const sizes = new Map(
    Object.entries(populations).map(([name, population]) => {
      const path = within("populations", name);
      return [name, quantity(object(population, path).size, `${path}.size`, "number", scope) as number];
    }),
  );
  // That there is such a population is checked by `network`.
  const size = (name: unknown): number => (typeof name === "object" ? 1 : (sizes.get(String(name)) ?? 1));
  const weights = (name: unknown) =>
    weightUnit(
      Object.hasOwn(populations, String(name)) && (populations[String(name)] as { neuron: unknown }).neuron,
    );
  const spec = {
    populations: Object.fromEntries(
      Object.entries(populations).map(([name, population]) => [
        name,
        readFields(
          population,
          within("populations", name),
          scope,
          [size(name), size(name)],
          populationFields,
        ),
      ]),
    ),
    projections: list(raw.projections, "projections").map((projection, q) => {
      const { from, to, target = MEMBRANE } = object(projection, `projections[${q}]`);
      const sizes = [size(from), size(to)] as const;
      const unit = target === MEMBRANE ? weights(to) : "1";
      return readFields(projection, `projections[${q}]`, scope, sizes, projectionFields, unit);
    }),
    ...(raw.stimuli && {
      stimuli: list(raw.stimuli, "stimuli").map((stimulus, s) => {
        const path = `stimuli[${s}]`;
        const { to, rate, ...rest } = object(stimulus, path);
        const fields = stimulusFields.get(rest.kind);
        const sizes = [size(to), size(to)] as const;
        const changing = typeof rate === "string" ? overTime(rate, `${path}.rate`, "rate", scope) : null;
        if (rest.kind === "samples")
          return readFields(
            { ...(stimulus as object), encoder: encoderSpec(rest.encoder, path) },
            path,
            scope,
            sizes,
            fields,
            weights(to),
          );
        if (!changing) return readFields(stimulus, path, scope, sizes, fields, weights(to));
        const given = readFields({ to, ...rest }, path, scope, sizes, fields, weights(to));
        const others = given as Record<string, unknown>;
        return { bound: highest(changing, others, size(to)), ...others, rate: changing };
      }),
    }),
    ...(raw.stream !== undefined && { stream: streamSpec(streamFieldsOf(raw.stream, scope), data) }),
  };
  const { precision } = raw;
  if (precision !== undefined) expectChoice("precision", precision, ["single", "double"]);
  const dt = raw.dt === undefined ? undefined : (quantity(raw.dt, "dt", "time", scope) as number);
  if (dt !== undefined && !(dt > 0 && dt < Infinity))
    throw new InputError(`dt: expected a time above 0, got ${shown(raw.dt)}`);
  return {
    name: raw.name,
    spec: spec as unknown as NetworkSpec,
    ...(dt !== undefined && { dt }),
    ...(precision && { precision }),
  };
}

function streamFieldsOf(stream: unknown, scope: Scope): Record<string, unknown> {
  // Of its data the numbers are no quantities.
  const { data, ...rest } = object(stream, "stream");
  const read = readFields(rest, "stream", scope, [1, 1], describedStream) as Record<string, unknown>;
  return { ...read, data };
}

/**
 * A tenth above the highest rate at 2,000 times from start to stop, or over 10 s; of sixteen neurons. A rate
 * that exceeds it nevertheless stops the run: give such a one its `bound`.
 */
function highest(
  rate: OverTime,
  { start = 0, stop }: { start?: unknown; stop?: unknown },
  size: number,
): number {
  const from = Number(start);
  const to = typeof stop === "number" && stop < Infinity ? stop : from + 10_000;
  const neurons = Math.min(16, size);
  let most = 0;
  for (let k = 0; k <= 2000; k++) {
    for (let n = 0; n < neurons; n++) {
      most = Math.max(most, rate(from + ((to - from) * k) / 2000, Math.floor((n * size) / neurons)));
    }
  }
  return 1.1 * most;
}

function object(value: unknown, path: string): Record<string, unknown> {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new InputError(`${path}: expected an object, got ${shown(value)}`);
  }
  return value as Record<string, unknown>;
}

function list(value: unknown, path: string): unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new InputError(`${path}: expected a list, got ${shown(value)}`);
  return value;
}
