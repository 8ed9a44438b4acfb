import type { FromRunning, ToRunning } from "../messages.ts";
import { live } from "./live.ts";
import { BIN, type Live } from "./spikeNews.ts";
import { now, sleep, turn } from "./turns.ts";

/** Of work between two looks at what the page has said [ms]. */
const SLICE = 10;
/** Of the network's time that is run at once, and that waits for the page at most [ms]. */
const STEP = 2 * BIN;
const MOST = 400;

/** Lets a network run in the worker as fast as the page asks, and as the page can draw: it waits for a page that is slow. */
export function running(post: (message: FromRunning, moved: ArrayBuffer[]) => void) {
  let of: Live | null = null;
  let number = 0;
  let pace: number | null = 0;
  let [free, ahead, credit, last] = [true, 0, 0, 0];
  let wake = () => {};

  const fail = (error: unknown) => {
    of = null;
    post(
      { kind: "failed", session: number, message: error instanceof Error ? error.message : String(error) },
      [],
    );
  };

  const tell = (network: Live) => {
    const news = network.take();
    const moved = [news.times, news.rows, news.counts].map(({ buffer }) => buffer as ArrayBuffer);
    post({ kind: "live", session: number, populations: network.populations, ...news }, moved);
    [free, ahead] = [false, 0];
  };

  const work = (network: Live) => {
    const began = now();
    while (ahead < MOST && now() - began < SLICE) {
      if (pace !== null && credit < STEP) break;
      network.run(STEP);
      ahead += STEP;
      if (pace !== null) credit -= STEP;
    }
  };

  const run = async () => {
    for (;;) {
      const at = now();
      if (pace) credit = Math.min(credit + (pace * (at - last)) / 1000, pace / 5 + STEP);
      last = at;
      if (of === null || pace === 0) {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
        last = now();
        continue;
      }
      try {
        work(of);
        if (free && ahead > 0) tell(of);
      } catch (error) {
        fail(error);
      }
      if (pace === null && ahead < MOST) await turn();
      else await sleep(4);
    }
  };
  run();

  return (message: ToRunning) => {
    try {
      if (message.kind === "run") {
        of = null;
        [number, free, ahead, credit] = [message.session, true, 0, 0];
        of = live(message.setting);
        tell(of);
      } else if (message.kind === "pace") {
        pace = message.pace;
      } else if (message.kind === "reward") of?.reward?.();
      else free = true;
    } catch (error) {
      fail(error);
    }
    wake();
  };
}
