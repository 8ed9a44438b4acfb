import { InputError } from "../errors.ts";

/** Readers of command-line values: each names the option, what it got and what it expected. */

export function integer(option: string, text: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < least || value > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
    throw new InputError(`--${option}: expected an integer ${range}, got ${found(text)}`);
  }
  return value;
}

export function positive(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value < Infinity)) {
    throw new InputError(`--${option}: expected a number above 0, got ${found(text)}`);
  }
  return value;
}

/** 0 is a share too. */
export function share(option: string, text: string): number {
  return Number(text) === 0 && text.trim() !== "" ? 0 : positive(option, text);
}

export function probability(option: string, text: string): number {
  const value = share(option, text);
  if (value < 1) return value;
  throw new InputError(`--${option}: expected a probability below 1, got ${text}`);
}

export function list(option: string, text: string): string[] {
  const items = text.split(",").map(item => item.trim());
  if (items.some(item => item === "")) {
    throw new InputError(`--${option}: expected values separated by commas, got "${text}"`);
  }
  const twice = items.find((item, k) => items.indexOf(item) !== k);
  if (twice !== undefined) throw new InputError(`--${option}: expected each value once, got ${twice} twice`);
  return items;
}

export function oneOf<T extends string>(option: string, text: string, allowed: readonly T[]): T {
  if (allowed.includes(text as T)) return text as T;
  throw new InputError(`--${option}: expected one of ${allowed.join(", ")}, got ${found(text)}`);
}

/** Readers of one kind of value. */
export const integerFrom = (least: number, most?: number) => (option: string, text: string) =>
  integer(option, text, least, most);

export const among =
  <T extends string>(allowed: readonly T[]) =>
  (option: string, text: string) =>
    oneOf(option, text, allowed);

/** The text as it was typed, in quotes where it would be hard to see. */
function found(text: string): string {
  return /^\S+$/.test(text) ? text : JSON.stringify(text);
}
