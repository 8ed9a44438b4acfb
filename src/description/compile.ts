import type {
  ConditionalNode,
  ConstantNode,
  FunctionNode,
  MathNode,
  OperatorNode,
  ParenthesisNode,
  RelationalNode,
  SymbolNode,
} from "mathjs";
import type { Distribution } from "../engine/network/synapses/drawn.ts";
import type { Rng } from "../math/rng.ts";
import type { Fail } from "./fail.ts";
import { constants, draws, functions, order } from "./functions.ts";
import { parsed } from "./parser.ts";
import {
  base,
  type Dimension,
  fieldUnits,
  type Powers,
  type Quantity,
  sameUnit,
  unitless,
  units,
} from "./units.ts";

/** Named values that an expression may use. */
export type Scope = Readonly<Record<string, number | Quantity>>;

/** A part of an expression, its unit known: what is left to do for each value is plain arithmetic. */
export interface Term {
  readonly powers: Powers;
  /** True or false, as 1 or 0. */
  readonly truth?: boolean;
  /** The same whenever it is asked. */
  readonly fixed: boolean;
  /** In seconds, volts and amperes. */
  readonly at: () => number;
  /** What it is a draw of, with arguments that are the same whenever it is asked. */
  readonly distribution?: Distribution;
}

export interface Names {
  readonly scope: Scope;
  /** Names whose values change; those of the scope hide them. */
  readonly variables?: Readonly<Record<string, Term>>;
  /** Where draws come from, or, where there are none, what was expected instead. */
  readonly draw: (() => Rng) | string;
}

/** Parts of an expression, which bound the work of one value. */
const MOST_STEPS = 300;

const comparisons: Readonly<Record<string, (sign: number) => boolean>> = {
  smaller: sign => sign < 0,
  smallerEq: sign => sign <= 0,
  larger: sign => sign > 0,
  largerEq: sign => sign >= 0,
  equal: sign => sign === 0,
  unequal: sign => sign !== 0,
};
const not = (holds: () => boolean) => () => !holds();
const logic: Readonly<Record<string, (a: boolean, b: boolean) => boolean>> = {
  and: (a, b) => a && b,
  or: (a, b) => a || b,
  xor: (a, b) => a !== b,
};

const parts = "one expression of numbers, units, names and functions";

/** What of an expression's parts is not understood, in words. */
const strange: Readonly<Record<string, string>> = {
  ArrayNode: "a list",
  RangeNode: "a range",
  ObjectNode: "a map",
  AccessorNode: "a part of something",
  IndexNode: "a part of something",
  AssignmentNode: "an assignment",
  FunctionAssignmentNode: "a function's definition",
  BlockNode: "several expressions",
};

const allowed =
  `functions are ${["sqrt", "pow", ...functions.keys()].join(", ")}; ` +
  `draws ${[...draws.values()].map(({ form }) => form).join(", ")}; ` +
  `units ${base.map(({ short }) => short).join(", ")} with p, n, u, m, k, M, G`;

/** The value of an expression, whatever its unit. */
export function compile(text: string, names: Names, fail: Fail): Term {
  return new Reader(names, fail).term(parsed(text, fail));
}

/** The value of an expression as a number in the unit of a field, in which plain numbers are taken. */
export function compileField(text: string, dimension: Dimension, names: Names, fail: Fail): Term {
  return new Reader(names, fail).field(parsed(text, fail), dimension);
}

/** Walks a tree, checks what it is made of and the units, and gives closures over what it keeps. */
class Reader {
  readonly #names: Names;
  readonly #fail: Fail;
  #steps = 0;

  constructor(names: Names, fail: Fail) {
    this.#names = names;
    this.#fail = fail;
  }

  field(node: MathNode, dimension: Dimension): Term {
    if (node.type === "ParenthesisNode") return this.field((node as ParenthesisNode).content, dimension);
    const name = node.type === "FunctionNode" ? nameOf(node as FunctionNode) : "";
    if (draws.has(name)) {
      // Drawn in the field's unit. Mean and spread of a lognormal are those of the logarithm: numbers.
      const of = name === "lognormal" ? "number" : dimension;
      return this.#draw(
        name,
        (node as FunctionNode).args.map(arg => this.field(arg, of)),
      );
    }
    const term = this.term(node);
    const { powers, factors, example } = fieldUnits[dimension];
    if (term.truth) throw this.#fail(example);
    if (sameUnit(term.powers, unitless)) return term;
    if (!sameUnit(term.powers, powers)) throw this.#fail(example);
    const [first, second] = factors as [number?, number?];
    const { at } = term;
    if (first === undefined) return { ...term, powers: unitless };
    return folded(unitless, [term], second ? () => at() / first / second : () => at() / first);
  }

  term(node: MathNode): Term {
    if (++this.#steps > MOST_STEPS) throw this.#fail(`at most ${MOST_STEPS} numbers, names and operators`);
    switch (node.type) {
      case "ParenthesisNode":
        return this.term((node as ParenthesisNode).content);
      case "ConstantNode":
        return this.#constant((node as ConstantNode).value);
      case "SymbolNode":
        return this.#symbol((node as SymbolNode).name);
      case "OperatorNode":
        return this.#operator(node as unknown as OperatorNode);
      case "FunctionNode":
        return this.#call(node as FunctionNode);
      case "ConditionalNode":
        return this.#conditional(node as ConditionalNode);
      case "RelationalNode":
        return this.#relational(node as RelationalNode);
    }
    throw this.#fail(parts, strange[node.type]);
  }

  #constant(value: unknown): Term {
    if (typeof value === "number") return constant({ value, powers: unitless });
    if (typeof value === "boolean")
      return { ...constant({ value: Number(value), powers: unitless }), truth: true };
    throw this.#fail(parts, typeof value === "string" ? "a text" : String(value));
  }

  #symbol(name: string): Term {
    const { scope, variables = {} } = this.#names;
    if (Object.hasOwn(scope, name)) {
      const value = scope[name];
      return constant(typeof value === "number" ? { value, powers: unitless } : value);
    }
    if (Object.hasOwn(variables, name)) return variables[name];
    const value = constants.get(name);
    const known = value === undefined ? units.get(name) : { value, powers: unitless };
    if (!known) throw this.#unknown(name);
    return constant(known);
  }

  #operator({ fn, args }: OperatorNode): Term {
    const [a, b] = args.map(arg => this.term(arg)) as [Term, Term];
    const [x, y] = [a.at, b?.at];
    if (Object.hasOwn(comparisons, fn)) return this.#compared(fn, a, b);
    if (Object.hasOwn(logic, fn)) {
      const decide = logic[fn];
      const [left, right] = [this.#decided(fn, a), this.#decided(fn, b)];
      return truth([a, b], () => decide(left(), right()));
    }
    switch (fn as string) {
      case "add":
        this.#alike("+", a, b);
        return folded(a.powers, [a, b], () => x() + y());
      case "subtract":
        this.#alike("-", a, b);
        return folded(a.powers, [a, b], () => x() - y());
      case "multiply":
        return folded(combined(a.powers, b.powers, 1), [a, b], () => x() * y());
      case "divide":
        return folded(combined(a.powers, b.powers, -1), [a, b], () => x() / y());
      case "pow":
        return this.#power(a, b);
      case "mod":
        return this.#calculated("mod", [a, b]);
      case "unaryMinus":
        return folded(a.powers, [a], () => -x());
      case "unaryPlus":
        return folded(a.powers, [a], x);
      case "not":
        return truth([a], not(this.#decided("not", a)));
    }
    throw this.#fail("the operators + - * / ^ %, comparisons, and, or, xor, not, and ? :", String(fn));
  }

  #call(node: FunctionNode): Term {
    const name = nameOf(node);
    if (name === "") throw this.#fail(parts, "a call of a part of something");
    if (!draws.has(name) && !functions.has(name) && name !== "sqrt" && name !== "pow")
      throw this.#unknown(name);
    const args = node.args.map(arg => this.term(arg));
    if (draws.has(name)) {
      if (name === "lognormal") this.#unitless(name, ...args);
      else this.#alike(name, ...args);
      return { ...this.#draw(name, args), powers: args[0].powers };
    }
    if (name === "sqrt") {
      this.#count(name, args, [1, 1]);
      const { at, powers } = args[0];
      return folded(scaled(powers, 0.5), args, () => Math.sqrt(at()));
    }
    if (name === "pow") {
      this.#count(name, args, [2, 2]);
      return this.#power(args[0], args[1]);
    }
    return this.#calculated(name, args);
  }

  #calculated(name: string, args: readonly Term[]): Term {
    const { of, compute, args: counts } = functions.get(name)!;
    this.#count(name, args, counts);
    if (of === "numbers") this.#unitless(name, ...args);
    else this.#alike(name, ...args);
    const [x, y] = args.map(({ at }) => at) as [() => number, (() => number)?];
    const at =
      args.length === 1
        ? () => compute(x())
        : args.length === 2
          ? () => compute(x(), y!())
          : () => compute(...args.map(arg => arg.at()));
    return folded(args[0].powers, args, at);
  }

  /** Of arguments in the unit in which it is drawn. */
  #draw(name: string, args: readonly Term[]): Term {
    const { form, args: counts, problem, draw } = draws.get(name)!;
    this.#count(name, args, counts);
    const { draw: rng } = this.#names;
    if (typeof rng === "string") throw this.#fail(rng, name);
    const checked = (): [number, number, number] => {
      const [a, b = 0, c = -Infinity] = args.map(({ at }) => at()) as [number, number?, number?];
      const wrong =
        Number.isFinite(a) && Number.isFinite(b) && !Number.isNaN(c) ? problem(a, b, c) : "numbers";
      if (wrong) throw this.#fail(`${wrong} in ${form}`);
      return [a, b, c];
    };
    if (args.every(({ fixed }) => fixed)) {
      const [a, b, c] = checked();
      const distribution = { name: name as Distribution["name"], args: [a, b, c].slice(0, args.length) };
      return { powers: unitless, fixed: false, at: () => draw(rng(), a, b, c), distribution };
    }
    return { powers: unitless, fixed: false, at: () => draw(rng(), ...checked()) };
  }

  #power(base: Term, exponent: Term): Term {
    this.#unitless("an exponent", exponent);
    const [x, y] = [base.at, exponent.at];
    if (sameUnit(base.powers, unitless)) return folded(unitless, [base, exponent], () => x() ** y());
    if (!exponent.fixed) throw this.#fail("an exponent that is the same for all, of a quantity");
    return folded(scaled(base.powers, y()), [base, exponent], () => x() ** y());
  }

  #conditional({ condition, trueExpr, falseExpr }: ConditionalNode): Term {
    const [test, yes, no] = [this.term(condition), this.term(trueExpr), this.term(falseExpr)];
    const holds = this.#decided("a condition", test);
    this.#alike("? :", yes, no);
    const term = folded(yes.powers, [test, yes, no], () => (holds() ? yes.at() : no.at()));
    return yes.truth && no.truth ? { ...term, truth: true } : term;
  }

  #relational({ conditionals, params }: RelationalNode): Term {
    const terms = params.map(param => this.term(param));
    const pairs = conditionals.map((fn, k) => this.#compared(fn, terms[k], terms[k + 1]));
    return truth(pairs, () => pairs.every(({ at }) => at() !== 0));
  }

  #compared(fn: string, a: Term, b: Term): Term {
    const decide = comparisons[fn];
    this.#alike("a comparison", a, b);
    return truth([a, b], () => {
      const sign = order(a.at(), b.at());
      if (Number.isNaN(sign)) throw this.#fail("numbers for a comparison");
      return decide(sign);
    });
  }

  /** What is no number is neither true nor false. */
  #decided(what: string, term: Term): () => boolean {
    this.#unitless(what, term);
    const { at } = term;
    return () => {
      const x = at();
      if (Number.isNaN(x)) throw this.#fail(`numbers for ${what}`);
      return x !== 0;
    };
  }

  #alike(what: string, ...terms: readonly Term[]): void {
    if (!terms.every(({ powers }) => sameUnit(powers, terms[0].powers)))
      throw this.#fail(`quantities of one unit for ${what}`);
  }

  #unitless(what: string, ...terms: readonly Term[]): void {
    if (!terms.every(({ powers }) => sameUnit(powers, unitless)))
      throw this.#fail(`numbers without a unit for ${what}`);
  }

  #count(name: string, args: readonly Term[], [least, most]: readonly [number, number]): void {
    if (args.length >= least && args.length <= most) return;
    const form = draws.get(name)?.form;
    const many = least === most ? least : most === Infinity ? `${least} or more` : `${least} to ${most}`;
    throw this.#fail(form ?? `${many} argument${many === 1 ? "" : "s"} of ${name}`, `${args.length} of them`);
  }

  #unknown(name: string): Error {
    const found = name.length > 30 ? `${name.slice(0, 30)}…` : name;
    return this.#fail("names of parameters, units or functions", found, allowed);
  }
}

/** The name that is called; empty where a part of something is. */
function nameOf(node: FunctionNode): string {
  const called = node.fn as MathNode;
  return called.type === "SymbolNode" ? (called as SymbolNode).name : "";
}

function constant({ value, powers }: Quantity): Term {
  return { powers, fixed: true, at: () => value };
}

/** What depends on nothing that changes is computed once. */
function folded(powers: Powers, of: readonly Term[], at: () => number): Term {
  return of.every(({ fixed }) => fixed) ? constant({ value: at(), powers }) : { powers, fixed: false, at };
}

function truth(of: readonly Term[], holds: () => boolean): Term {
  return { ...folded(unitless, of, () => Number(holds())), truth: true };
}

const scaled = (powers: Powers, by: number): Powers => combined(unitless, powers, by);

function combined(a: Powers, b: Powers, by: number): Powers {
  return a.map((power, k) => power + by * b[k]) as unknown as Powers;
}
