import { isSymbolNode, parse } from "mathjs";
import { InputError } from "../errors.ts";

/** Factor on the learning rate, as a function of the training progress in [0, 1). */
export type Schedule = (progress: number) => number;

/** Linear decay to a tenth. */
export const defaultSchedule = "1 - 0.9 * progress";

/**
 * Compiles a schedule from an expression in `progress` and `epoch` (from 0), such as `0.1 ^ floor(epoch / 20)`.
 * @throws InputError when it cannot be read or gives no number
 */
export function schedule(expression: string, epochs: number): Schedule {
  const fail = (why: string) =>
    new InputError(`schedule: expected an expression in progress and epoch, got "${expression}": ${why}`);
  let compiled: { evaluate(scope: Record<string, number>): unknown };
  try {
    const node = parse(expression);
    // mathjs draws from the platform's generator, which no seed reaches.
    const random = node.filter(part => isSymbolNode(part) && /random/i.test(part.name))[0];
    if (random) throw new Error(`${String(random)} gives other numbers in every run`);
    compiled = node.compile();
  } catch (error) {
    throw fail((error as Error).message);
  }
  const evaluate = (progress: number) => {
    let factor: unknown;
    try {
      factor = compiled.evaluate({ progress, epoch: Math.floor(progress * epochs) });
    } catch (error) {
      throw fail((error as Error).message);
    }
    if (typeof factor !== "number" || !Number.isFinite(factor)) throw fail(`it gave ${String(factor)}`);
    return factor;
  };
  evaluate(0);
  return evaluate;
}
