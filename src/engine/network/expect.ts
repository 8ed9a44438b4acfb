import { InputError, shown } from "../../errors.ts";
import { instant } from "../instant.ts";

/** @throws InputError `field: expected ..., got ...` unless the value is a number and passes its own test */
export function expectNumber(field: string, value: unknown, ok: boolean, expected: string): void {
  if (typeof value !== "number" || !ok) {
    throw new InputError(`${field}: expected ${expected}, got ${shown(value)}`);
  }
}

/** @param to  at most */
export function expectInteger(field: string, value: unknown, from: number, to = Infinity): void {
  const whole = Number.isInteger(value) && (value as number) >= from;
  expectNumber(field, value, whole, `an integer of ${from} or more`);
  expectNumber(field, value, (value as number) <= to, `at most ${to}`);
}

export function expectFinite(field: string, value: unknown): void {
  expectNumber(field, value, Number.isFinite(value), "a finite number");
}

/** A time constant or interval. */
export function expectTime(field: string, value: unknown): void {
  expectNumber(field, value, (value as number) > 0 && (value as number) < Infinity, "a time in ms above 0");
}

/** @param from  [ms]; the same instant is late enough */
export function expectMoment(field: string, value: unknown, from = 0): void {
  const ok = typeof value === "number" && instant(value) >= instant(from) && value < Infinity;
  expectNumber(field, value, ok, `${from} ms or later`);
}

export function expectNeuron(field: string, value: unknown, size: number): void {
  const ok = Number.isInteger(value) && (value as number) >= 0 && (value as number) < size;
  expectNumber(field, value, ok, `0 to ${size - 1}`);
}

export function expectChoice(field: string, value: unknown, choices: readonly string[]): void {
  if (!choices.includes(value as string)) {
    throw new InputError(
      `${field}: expected one of ${choices.join(", ")}, got ${typeof value === "string" ? value : shown(value)}`,
    );
  }
}

/** A name that may be left out. */
export function expectName(value: unknown): void {
  if (value !== undefined && (typeof value !== "string" || value === ""))
    throw new InputError(`name: expected a name, got ${JSON.stringify(value)}`);
}

/** @throws InputError unless the value is an object with fields; see `within` for the path */
export function expectFields(given: unknown, what: string): void {
  if (given === null || typeof given !== "object" || Array.isArray(given))
    throw new InputError(`expected ${what}, an object with fields, got ${shown(given)}`);
}

/** @throws InputError unless the value is a list of things, or left out */
export function expectList(field: string, value: unknown, of: string): void {
  if (value !== undefined && !Array.isArray(value))
    throw new InputError(`${field}: expected a list of ${of}, got ${shown(value)}`);
}

/** @throws InputError unless the value is an array of numbers of any kind */
export function expectNumbers(field: string, value: unknown, of: string): void {
  const length = typeof value === "object" ? (value as ArrayLike<number> | null)?.length : undefined;
  if (!Number.isInteger(length))
    throw new InputError(`${field}: expected a list of ${of}, got ${shown(value)}`);
}

/** Refuses fields that a thing does not have: they are misspelt, or meant for another kind. */
export function expectOnly(given: object, what: string, known: readonly string[], kind = "field"): void {
  expectFields(given, what);
  for (const field of Object.keys(given)) {
    if (!known.includes(field)) {
      const name = field.length > 60 ? `${field.slice(0, 60)}…` : field;
      throw new InputError(`${name}: expected a ${kind} of ${what} (${known.join(", ")})`);
    }
  }
}

/** Puts a path before the field that an error names, or before what is wrong with the thing itself. */
export function within<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof InputError) {
      const joint = error.message.startsWith("expected ") ? ": " : ".";
      throw new InputError(`${path}${joint}${error.message}`);
    }
    throw error;
  }
}
