import { all, create, type EvalFunction, type MathNode } from "mathjs";
import { InputError } from "../errors.ts";
import { exp } from "../math/elementary.ts";
import type { Rng } from "../math/rng.ts";

/** What a field holds; a plain number is taken in the unit in brackets. */
export type Dimension = "time" | "voltage" | "rate" | "slope" | "number";

/** [ms], [mV], [Hz], [mV/ms] */
const units: Readonly<Record<Dimension, string | null>> = {
  time: "ms",
  voltage: "mV",
  rate: "Hz",
  slope: "mV/ms",
  number: null,
};

const examples: Readonly<Record<Dimension, string>> = {
  time: 'a time such as "1.5 ms"',
  voltage: 'a potential such as "-50 mV"',
  rate: 'a rate such as "10 Hz"',
  slope: 'a slope such as "0.5 mV/ms"',
  number: "a number without a unit",
};

const math = create(all!);
// Expressions compute; they do not define, import or parse anything.
const parse = math.parse;
const banned = ["import", "createUnit", "evaluate", "parse", "simplify", "derivative", "resolve", "reviver"];
const draws: Readonly<Record<string, (rng: Rng, a: number, b: number, c?: number) => number>> = {
  uniform: (rng, low, high) => rng.uniformIn(low, high),
  // What falls below a third argument is drawn again.
  normal(rng, mean, sd, low = -Infinity) {
    for (let tries = 0; tries < 10_000; tries++) {
      const x = rng.normal(mean, sd);
      if (x >= low) return x;
    }
    throw new InputError(`normal(${mean}, ${sd}, ${low}) finds nothing above its bound in 10,000 draws`);
  },
  lognormal: (rng, mu, sigma) => exp(rng.normal(mu, sigma)),
  exponential: (rng, mean) => mean * rng.exponential(1),
};
/** Known for each synapse, or, as `post`, for each neuron. */
const places = ["pre", "post", "distance"];

/** Named values that an expression may use; a value with a unit stays one. */
export type Scope = Readonly<Record<string, unknown>>;

/** Draws or computes one number, in the field's unit, for a synapse or a neuron. */
export type PerPlace = (rng: Rng, pre: number, post: number) => number;

/**
 * Reads a quantity: a number, a text with a unit ("20 ms") or an expression ("-J * g", "uniform(-60, -50) mV").
 * An expression is parsed by mathjs, compiled once, and never run as code.
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
  if (typeof value === "number") return finite(value, path, dimension, value);
  if (typeof value !== "string") throw expected(path, dimension, value);
  const node = read(value, path, scope);
  const used = names(node);
  const varies = used.some(name => Object.hasOwn(draws, name) || places.includes(name));
  const compiled = node.compile();
  if (!varies) return convert(run(compiled, scope, path, value), path, dimension, value);
  if (!sizes) {
    throw new InputError(`${path}: expected ${examples[dimension]}, the same for all, got "${value}"`);
  }
  const place = perPlace(node, compiled, path, dimension, scope, value, sizes);
  // Its text tells it from others where two things are alike but for it; see `named` of the engine.
  place.toString = () => value;
  return place;
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
  const node = read(text, path, { ...scope, t: 0 });
  const used = names(node);
  if (Object.hasOwn(scope, "t") || !used.includes("t")) return null;
  const draw = used.find(name => Object.hasOwn(draws, name));
  if (draw)
    throw new InputError(`${path}: expected no draws in a function of time, got ${draw} in "${text}"`);
  const compiled = node.compile();
  const inner: Record<string, unknown> = { ...scope, pre: 0, post: 0, distance: 0 };
  const at = (t: unknown, neuron: number) => {
    Object.assign(inner, { t, pre: neuron, post: neuron });
    return convert(run(compiled, inner, path, text), path, dimension, text);
  };
  let units = true;
  try {
    at(math.unit(1, "ms"), 0);
  } catch {
    units = false;
  }
  const value: OverTime = (t, neuron) => at(units ? math.unit(t, "ms") : t, neuron);
  value(1, 0);
  value.toString = () => text;
  return value;
}

/** A named parameter: a number, or a value with a unit, for other expressions to use. */
export function parameter(value: unknown, path: string, scope: Scope): unknown {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value !== "string")
    throw new InputError(`${path}: expected a number or an expression, got ${String(value)}`);
  const result = run(read(value, path, scope).compile(), scope, path, value);
  if (typeof result === "number" || math.isUnit(result)) return result;
  throw new InputError(`${path}: expected a number or a quantity, got "${value}"`);
}

function perPlace(
  node: MathNode,
  compiled: EvalFunction,
  path: string,
  dimension: Dimension,
  scope: Scope,
  text: string,
  [preSize, postSize]: readonly [number, number],
): PerPlace {
  const direct = directDraw(node, scope, path, dimension, text);
  if (direct) return direct;
  let rng: Rng;
  const drawing = Object.fromEntries(
    Object.entries(draws).map(([name, draw]) => [
      name,
      (...args: unknown[]) => {
        const unit = args.find(math.isUnit);
        const base = unit?.formatUnits();
        const [a, b, c] = args.map(x => (math.isUnit(x) ? x.toNumber(base!) : (x as number)));
        const drawn = draw(rng, a!, b!, c);
        return base === undefined ? drawn : math.unit(drawn, base);
      },
    ]),
  );
  const inner: Record<string, unknown> = { ...scope, ...drawing };
  return (source, pre, post) => {
    rng = source;
    inner.pre = pre;
    inner.post = post;
    // On a ring of unit length, each population spread evenly over it.
    const apart = Math.abs(pre / preSize - post / postSize);
    inner.distance = Math.min(apart, 1 - apart);
    return convert(run(compiled, inner, path, text), path, dimension, text);
  };
}

/** A single draw with constant arguments, the common case, needs no evaluation per synapse. */
function directDraw(
  node: MathNode,
  scope: Scope,
  path: string,
  dimension: Dimension,
  text: string,
): PerPlace | null {
  if (!math.isFunctionNode(node) || !Object.hasOwn(draws, node.fn.name)) return null;
  if (node.args.some(arg => names(arg).some(name => Object.hasOwn(draws, name) || places.includes(name))))
    return null;
  const draw = draws[node.fn.name]!;
  // Mean and spread of a lognormal are those of the logarithm: numbers, in the field's unit after the exponential.
  const of = node.fn.name === "lognormal" ? "number" : dimension;
  const [a, b = 0, c] = node.args.map(arg => convert(run(arg.compile(), scope, path, text), path, of, text));
  if (a === undefined) throw new InputError(`${path}: ${node.fn.name} expects arguments, got "${text}"`);
  return rng => draw(rng, a, b, c);
}

function read(text: string, path: string, scope: Scope): MathNode {
  let node: MathNode;
  try {
    node = parse(text);
  } catch (error) {
    throw new InputError(
      `${path}: expected a quantity or an expression, got "${text}": ${(error as Error).message}`,
    );
  }
  if (text.trim() === "") throw new InputError(`${path}: expected a quantity or an expression, got ""`);
  for (const name of names(node)) {
    const isUnit = () => math.Unit.isValuelessUnit(name);
    const known =
      name in scope ||
      Object.hasOwn(draws, name) ||
      places.includes(name) ||
      (name in math && !banned.includes(name));
    if (!known && !isUnit()) {
      throw new InputError(
        `${path}: expected names of parameters, units or functions, got ${name} in "${text}"`,
      );
    }
  }
  if (!onlyComputes(node)) throw new InputError(`${path}: expected one expression, got "${text}"`);
  return node;
}

function onlyComputes(node: MathNode): boolean {
  let ok = true;
  node.traverse(part => {
    if (math.isAssignmentNode(part) || math.isFunctionAssignmentNode(part) || math.isBlockNode(part))
      ok = false;
  });
  return ok;
}

function names(node: MathNode): string[] {
  const found: string[] = [];
  node.traverse(part => {
    if (math.isSymbolNode(part)) found.push(part.name);
  });
  return found;
}

function run(compiled: EvalFunction, scope: Scope, path: string, text: string): unknown {
  try {
    return compiled.evaluate({ ...scope });
  } catch (error) {
    throw new InputError(`${path}: "${text}" cannot be computed: ${(error as Error).message}`);
  }
}

function convert(result: unknown, path: string, dimension: Dimension, text: unknown): number {
  if (typeof result === "number") return finite(result, path, dimension, text);
  const unit = units[dimension];
  if (!math.isUnit(result)) throw expected(path, dimension, text);
  if (unit !== null) {
    try {
      return result.toNumber(unit);
    } catch {
      throw expected(path, dimension, text);
    }
  }
  throw expected(path, dimension, text);
}

function finite(value: number, path: string, dimension: Dimension, text: unknown): number {
  // A time constant may be infinite: no decay.
  if (Number.isNaN(value) || (!Number.isFinite(value) && dimension !== "time"))
    throw expected(path, dimension, text);
  return value;
}

function expected(path: string, dimension: Dimension, got: unknown): InputError {
  return new InputError(
    `${path}: expected ${examples[dimension]}, got ${JSON.stringify(got) ?? String(got)}`,
  );
}
