import type { Others, Parameter, Table, Unit } from "../engine/network/parameters.ts";
import { InputError } from "../errors.ts";
import { type Dimension, overTime, type PerPlace, quantity, type Scope } from "./expression.ts";

/** What a number without a unit counts in a field. */
const dimensions: Readonly<Record<Unit, Dimension>> = {
  ms: "time",
  mV: "voltage",
  Hz: "rate",
  "mV/ms": "slope",
  "1/ms": "number",
  nS: "conductance",
  "1": "number",
};

/**
 * A map whose table is not known, that of a neuron model for example, is left as it is: `network` refuses it.
 * @param weights  what potentials in it count, of a projection or stimulus onto neurons whose weights are none
 */
export function readFields(
  value: unknown,
  path: string,
  scope: Scope,
  sizes: readonly [number, number],
  fields: Table | undefined,
  weights: Unit = "mV",
): unknown {
  if (value === null || typeof value !== "object" || !fields) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const place = within(path, key);
      if (!Object.hasOwn(fields, key))
        throw new InputError(`${place}: expected one of ${Object.keys(fields).join(", ")}`);
      return [key, read(inner, place, scope, sizes, fields[key], weights)];
    }),
  );
}

function read(
  value: unknown,
  path: string,
  scope: Scope,
  sizes: readonly [number, number],
  field: Parameter,
  weights: Unit,
  depth = 0,
): unknown {
  if (depth > 10) throw new InputError(`${path}: expected at most 10 maps and lists within each other`);
  if (Array.isArray(value))
    return value.map((item, k) => read(item, `${path}[${k}]`, scope, sizes, field, weights, depth + 1));
  if (value !== null && typeof value === "object")
    return ArrayBuffer.isView(value)
      ? value
      : readFields(value, path, scope, sizes, field.fields?.(value as Others), weights);
  const { unit, words, varies } = field;
  if (!unit || typeof value === "boolean" || typeof value === "function" || value === undefined) return value;
  if (words?.includes(value as string)) return value;
  const dimension = dimensions[unit === "mV" ? weights : unit];
  if (varies === "time") {
    const changing = typeof value === "string" ? overTime(value, path, dimension, scope) : null;
    return changing ?? quantity(value, path, dimension, scope);
  }
  const found = quantity(value, path, dimension, scope, varies && sizes);
  if (typeof found !== "function") return found;
  if (varies === "neuron") return ofNeuron(found);
  // Connectivity asks by pair only; its draws come from the projection's own stream.
  return varies === "pair" ? byPair(found, path) : found;
}

/** Called for a neuron, which is on both sides of the expression. */
function ofNeuron(value: PerPlace): (rng: Parameters<PerPlace>[0], neuron: number) => number {
  const own = (rng: Parameters<PerPlace>[0], neuron: number) => value(rng, neuron, neuron);
  own.toString = () => String(value);
  return own;
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

/** Names come from a file and may have any length; the line of an error may not. */
export const short = (name: string) => (name.length > 60 ? `${name.slice(0, 60)}…` : name);

export function within(path: string, name: string): string {
  const whole = `${path}.${short(name)}`;
  return whole.length > 150 ? `…${whole.slice(-150)}` : whole;
}
