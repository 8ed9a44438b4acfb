import { InputError } from "../errors.ts";

/** @throws InputError `field: expected ..., got ...` unless the value is a finite number that passes its own test */
export function expectNumber(field: string, value: number, ok: boolean, expected: string): void {
  if (!Number.isFinite(value) || !ok) throw new InputError(`${field}: expected ${expected}, got ${value}`);
}

/** A width or time constant [ms]. */
export function expectTime(field: string, value: number): void {
  expectNumber(field, value, value > 0, "a time in ms above 0");
}
