import { selectBackend } from "../../rate/backend.ts";
import type { FromLearning, Shown, ToLearning } from "../messages.ts";
import { answerFetches, digitsInPage } from "./data.ts";
import { Session } from "./session.ts";
import { now, sleep, turn } from "./turns.ts";

/** Of work between two looks at what the page has said [ms]. */
const SLICE = 12;
/** Between two news of a training, and between two looks at the sample that is shown [ms]. */
const NEWS = 40;
const LOOK = 300;

/**
 * Trains in the worker, and tells the page, which says when it has drawn that: a slow page gets fewer news, and nothing
 * piles up.
 */
export function learning(post: (message: FromLearning, moved: ArrayBuffer[]) => void) {
  const data = digitsInPage();
  answerFetches();
  const ready = selectBackend("wasm").catch(() => selectBackend("cpu"));
  let session: Session | null = null;
  let number = 0;
  let pace: number | null = 0;
  let steps = 0;
  let shown: { request: number; sample: Shown; circuit: boolean } | null = null;
  /** The page has drawn the last news; there is something new; the sample must be shown again. */
  let [free, fresh, look] = [true, false, false];
  let [lastNews, lastLook, credit] = [0, 0, 0];
  let wake = () => {};

  const fail = (error: unknown) => {
    session?.dispose();
    session = null;
    post(
      { kind: "failed", session: number, message: error instanceof Error ? error.message : String(error) },
      [],
    );
  };

  const tell = (of: Session) => {
    const at = now();
    const looking = shown !== null && (look || (at - lastLook >= LOOK && fresh));
    const showing = looking ? { request: shown!.request, ...of.show(shown!.sample, shown!.circuit) } : null;
    const pictures = of.pictures();
    const moved = pictures.map(({ weights }) => weights.buffer as ArrayBuffer);
    post({ kind: "news", session: number, ...of.news(), pictures, showing }, moved);
    if (looking) lastLook = now();
    [lastNews, free, fresh] = [now(), false, false];
    if (looking) look = false;
  };

  /** Works for one slice. @returns whether there is more to do at once */
  const work = (of: Session): boolean => {
    const began = now();
    while (!of.done && now() - began < SLICE) {
      if (pace === 0 && steps === 0) break;
      if (pace !== null && pace > 0 && credit < 1) break;
      const before = of.samples;
      of.advance();
      fresh = true;
      const learned = of.samples - before;
      credit -= learned;
      if (learned > 0) steps = Math.max(0, steps - learned);
    }
    return !of.done && (pace === null || steps > 0);
  };

  const run = async () => {
    await ready;
    for (;;) {
      const before = now();
      const of = session;
      let busy = false;
      try {
        if (of) busy = work(of);
        if (of && free && (look || (fresh && (now() - lastNews >= NEWS || of.done || pace === 0)))) tell(of);
      } catch (error) {
        fail(error);
      }
      if (busy) await turn();
      else if (session && !session.done && pace !== null && pace > 0) await sleep(8);
      else if (session && free && (fresh || look)) await sleep(8);
      else await new Promise<void>(resolve => (wake = resolve));
      if (pace !== null && pace > 0)
        credit = Math.min(credit + (pace * (now() - before)) / 1000, pace / 10 + 1);
    }
  };
  run();

  return async (message: ToLearning) => {
    await ready;
    try {
      if (message.kind === "begin") {
        session?.dispose();
        session = null;
        [number, steps, credit] = [message.session, 0, 0];
        session = new Session(message.setting, data);
        [free, look, fresh] = [true, shown !== null, true];
      } else if (message.kind === "pace") pace = message.pace;
      else if (message.kind === "step") steps++;
      else if (message.kind === "show") [shown, look] = [message, true];
      else free = true;
    } catch (error) {
      fail(error);
    }
    wake();
  };
}
