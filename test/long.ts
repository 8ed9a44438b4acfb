import { test } from "vitest";

/** Whether tests are of full size, as `npm run test:long` has them. */
const long = process.env.TEST_LONG === "1";

/**
 * How many cases, samples or milliseconds a test takes: few in `npm test`, which has to be light on a slow machine, and
 * more in `npm run test:long`. What is expected of them is the same.
 */
export function sized(few: number, many: number): number {
  return long ? many : few;
}

/**
 * A test that needs seconds of processor time, since fewer cases could not tell a right program from a wrong one: a
 * statistic of a whole network, say. `npm test` lists it as skipped, by a name that says who runs it.
 */
export const longTest: (name: string, body: () => unknown) => void = (name, body) =>
  test.runIf(long)(long ? name : `${name} (npm run test:long)`, body as () => void);
