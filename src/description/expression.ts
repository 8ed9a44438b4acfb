import type { Draw } from "../engine/network/synapses/drawn.ts";
import { InputError, shown } from "../errors.ts";
import type { Rng } from "../math/rng.ts";
import { compile, compileField, type Names, type Scope, type Term } from "./compile.ts";
import type { Fail } from "./fail.ts";

import { type Dimension, fieldUnits, type Powers, type Quantity, sameUnit, unitless } from "./units.ts";

export type { Scope } from "./compile.ts";
export type { Dimension } from "./units.ts";

/** Draws or computes one number, in the field's unit, for a synapse or a neuron. */
export type PerPlace = Draw;

/**
 * Reads a quantity: a number, a text with a unit ("20 ms") or an expression ("-J * g", "uniform(-60, -50) mV"). An
 * expression is parsed once and becomes closures over numbers; its units are settled before any value is asked for.
 * @param sizes  sizes of the pre- and postsynaptic populations, where the field may differ between synapses
 * @returns a number in the unit of the dimension, or a function where the expression draws or depends on its place
 * @throws InputError that names the path, the text and what was expected
 */
export function quantity(
  value: unknown,
  path: string,
  dimension: Dimension,
  scope: Scope,
  sizes?: readonly [number, number],
): number | PerPlace {
  const fail = failing(path, value);
  const { example } = fieldUnits[dimension];
  if (typeof value !== "string" && typeof value !== "number") throw fail(example);
  const place = { pre: 0, post: 0, rng: null as Rng | null };
  const names: Names = { scope, variables: places(place, sizes), draw: () => place.rng! };
  const term = typeof value === "number" ? null : compileField(value, dimension, names, fail);
  if (!term || term.fixed) {
    const result = term ? term.at() : (value as number);
    // A time constant may be infinite: no decay.
    if (Number.isFinite(result) || (dimension === "time" && !Number.isNaN(result))) return result;
    throw fail(example);
  }
  if (!sizes) throw fail(`${example}, the same for all`);
  const at: PerPlace = (rng, pre, post) => {
    place.rng = rng;
    place.pre = pre;
    place.post = post;
    const result = term.at();
    if (!Number.isFinite(result)) throw fail(example, `${result} for ${pre} to ${post}`);
    return result;
  };
  // Its text tells it from others where two things are alike but for it; see `named` of the engine.
  at.toString = () => value as string;
  const { distribution } = term;
  return distribution ? Object.assign(at, { distribution }) : at;
}

/** A value at a time [ms], for a neuron. */
export type OverTime = (t: number, neuron: number) => number;

/**
 * Reads an expression that depends on the time `t`, which is in ms: a number beside numbers ("20 + 10 * sin(t / 50)") or
 * a quantity beside quantities ("20 Hz + 10 Hz * sin(t / (50 ms))"). `post` is the neuron.
 * @returns null where it does not depend on it
 * @throws InputError that names the path, the text and what was expected
 */
export function overTime(text: string, path: string, dimension: Dimension, scope: Scope): OverTime | null {
  const fail = failing(path, text);
  if (Object.hasOwn(scope, "t") || !/\bt\b/.test(text)) return null;
  const place = { pre: 0, post: 0, t: 0 };
  const read = (t: Term): Term => {
    const variables = { ...places(place), t };
    return compileField(text, dimension, { scope, variables, draw: "no draws in a function of time" }, fail);
  };
  let term: Term;
  try {
    term = read(variable(() => place.t * 1e-3, [1, 0, 0]));
  } catch {
    term = read(variable(() => place.t));
  }
  const value: OverTime = (t, neuron) => {
    place.t = t;
    place.pre = place.post = neuron;
    const result = term.at();
    if (!Number.isFinite(result)) throw fail(fieldUnits[dimension].example, `${result} at ${t} ms`);
    return result;
  };
  value(1, 0);
  value.toString = () => text;
  return value;
}

/** A named parameter: a number, or a value with a unit, for other expressions to use. */
export function parameter(value: unknown, path: string, scope: Scope): number | Quantity {
  const fail = failing(path, value);
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value !== "string") throw fail("a number or an expression");
  const term = compile(value, { scope, draw: "one value, without draws" }, fail);
  const result = term.at();
  if (term.truth || Number.isNaN(result)) throw fail("a number or a quantity");
  return sameUnit(term.powers, unitless) ? result : { value: result, powers: term.powers };
}

/** What an expression knows of the synapse, or the neuron, that it is asked for. */
function places(
  place: { readonly pre: number; readonly post: number },
  [preSize, postSize]: readonly [number, number] = [1, 1],
): Readonly<Record<string, Term>> {
  return {
    pre: variable(() => place.pre),
    post: variable(() => place.post),
    distance: variable(() => {
      // On a ring of unit length, each population spread evenly over it.
      const apart = Math.abs(place.pre / preSize - place.post / postSize);
      return Math.min(apart, 1 - apart);
    }),
  };
}

function variable(at: () => number, powers: Powers = unitless): Term {
  return { powers, fixed: false, at };
}

function failing(path: string, value: unknown): Fail {
  return (expected, found, note = "") => {
    const line = `${path}: expected ${expected}, got ${found === undefined ? "" : `${found} in `}${shown(value)}`;
    return new InputError(note === "" || line.length + note.length > 480 ? line : `${line}; ${note}`);
  };
}
