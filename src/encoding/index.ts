import { InputError } from "../errors.ts";
import { current } from "./current.ts";
import { latency } from "./latency.ts";
import { poisson } from "./poisson.ts";
import { rate } from "./rate.ts";

/** The encoders by name. */
export const encoders = { current, rate, poisson, latency } as const;
export type EncoderName = keyof typeof encoders;

/** @throws InputError that lists the names */
export function encoderNamed(name: string): EncoderName {
  if (Object.hasOwn(encoders, name)) return name as EncoderName;
  throw new InputError(`encoder: expected one of ${Object.keys(encoders).join(", ")}, got ${name}`);
}
