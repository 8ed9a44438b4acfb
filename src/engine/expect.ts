import { InputError } from "../errors.ts";

/** @throws InputError `field: expected ..., got ...` unless the value is a number and passes its own test */
export function expectNumber(field: string, value: unknown, ok: boolean, expected: string): void {
  if (typeof value !== "number" || !ok) {
    throw new InputError(`${field}: expected ${expected}, got ${String(value)}`);
  }
}

export function expectFinite(field: string, value: unknown): void {
  expectNumber(field, value, Number.isFinite(value), "a finite number");
}

/** A time constant or interval. */
export function expectTime(field: string, value: unknown): void {
  expectNumber(field, value, (value as number) > 0 && (value as number) < Infinity, "a time in ms above 0");
}

/** @param from  [ms] */
export function expectMoment(field: string, value: unknown, from = 0): void {
  expectNumber(
    field,
    value,
    (value as number) >= from && (value as number) < Infinity,
    `${from} ms or later`,
  );
}

export function expectNeuron(field: string, value: unknown, size: number): void {
  const ok = Number.isInteger(value) && (value as number) >= 0 && (value as number) < size;
  expectNumber(field, value, ok, `0 to ${size - 1}`);
}

export function expectChoice(field: string, value: unknown, choices: readonly string[]): void {
  if (!choices.includes(value as string)) {
    throw new InputError(`${field}: expected one of ${choices.join(", ")}, got ${String(value)}`);
  }
}

/** A name that may be left out. */
export function expectName(field: string, value: unknown): void {
  if (value !== undefined && (typeof value !== "string" || value === ""))
    throw new InputError(`${field}: expected a name, got ${JSON.stringify(value)}`);
}

/** Refuses fields that a thing does not have: they are misspelt, or meant for another kind. */
export function expectOnly(given: object, what: string, known: readonly string[]): void {
  for (const field of Object.keys(given)) {
    if (!known.includes(field)) {
      throw new InputError(`${field}: expected a field of ${what} (${known.join(", ")})`);
    }
  }
}

/** Puts a path before the field that an error names. */
export function within<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${path}.${error.message}`);
    throw error;
  }
}
