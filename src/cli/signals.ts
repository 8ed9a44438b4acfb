import { removeUnfinished } from "../files/temporary.ts";

type Stop = (signal: NodeJS.Signals) => void;

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
/** Who is asked to stop: the last one. */
const asked: Stop[] = [];

/**
 * Waits for work; an interrupt meanwhile calls `stop`, once.
 * @param stop  by default `endAtOnce`
 */
export async function heedingSignals<T>(work: () => Promise<T>, stop: Stop = endAtOnce): Promise<T> {
  if (asked.push(stop) === 1) for (const signal of SIGNALS) process.on(signal, pass);
  try {
    return await work();
  } finally {
    asked.splice(asked.lastIndexOf(stop), 1);
    if (asked.length === 0) for (const signal of SIGNALS) process.removeListener(signal, pass);
  }
}

function pass(signal: NodeJS.Signals): void {
  asked.at(-1)!(signal);
}

/** Takes half-written files away, and ends the program as the signal does by itself. */
export function endAtOnce(signal: NodeJS.Signals): void {
  removeUnfinished();
  for (const each of SIGNALS) process.removeListener(each, pass);
  // Without a listener, it does what it always does.
  process.kill(process.pid, signal);
}
