import { compile } from "../description/compile.ts";
import { sameUnit, unitless } from "../description/units.ts";
import { InputError, shown } from "../errors.ts";
import { schedules } from "./schedules.ts";

/** Factor on the learning rate, as a function of the training progress in [0, 1). */
export type Schedule = (progress: number) => number;

/** The expression that a schedule's name stands for, or the expression itself. */
export function scheduleText(asked: string): string {
  return Object.hasOwn(schedules, asked) ? schedules[asked] : asked;
}

/**
 * Compiles a schedule from the name of one of `schedules`, or an expression in `progress` and `epoch` (from 0), such as
 * `0.1 ^ floor(epoch / 20)`.
 * @throws InputError when it cannot be read or gives no number of 0 or more
 */
export function schedule(asked: string, epochs: number): Schedule {
  const expression = scheduleText(asked);
  const fail = (expected: string, found?: string) =>
    new InputError(
      `schedule: expected an expression in progress and epoch, or one of ${Object.keys(schedules).join(", ")}, ` +
        `got ${shown(asked)}: expected ${expected}${found === undefined ? "" : `, got ${found}`}`,
    );
  const now = { progress: 0, epoch: 0 };
  const variable = (name: keyof typeof now) => ({ powers: unitless, fixed: false, at: () => now[name] });
  const variables = { progress: variable("progress"), epoch: variable("epoch") };
  const term = compile(expression, { scope: {}, variables, draw: "the same numbers in every run" }, fail);
  if (term.truth || !sameUnit(term.powers, unitless)) throw fail("a number");
  const evaluate = (progress: number) => {
    now.progress = progress;
    now.epoch = Math.floor(progress * epochs);
    const factor = term.at();
    if (!(factor >= 0 && factor < Infinity)) throw fail("0 or more", String(factor));
    return factor;
  };
  evaluate(0);
  return evaluate;
}
