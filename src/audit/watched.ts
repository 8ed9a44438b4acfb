import type { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import type { Presentation } from "../engine/exact/presentation.ts";
import type { Forward, RateNetwork } from "../rate/network.ts";
import { type Tensor2D, tf } from "../rate/tensors.ts";
import { type LayerWatcher, watcher } from "../rules/layers.ts";
import { overlaid } from "./overlaid.ts";
import type { ReadLog } from "./readLog.ts";

/** Networks that behave as the given ones and record what a rule reads of them. Used by `audit`. */

export function watchedRateNetwork(net: RateNetwork, log: ReadLog): RateNetwork {
  const weights = indexed(net.weights, (l, w) => {
    log.read({ kind: "weights", l });
    return log.substitute
      ? (otherMagnitudes(w.dataSync(), l, values => tf.tensor2d(values, w.shape)) as never)
      : w;
  });
  const forward = (x: Tensor2D): Forward => {
    const { h, logits, probabilities } = net.forward(x);
    log.presentedWhole(h, x !== log.sample);
    const pass = log.passOf(h);
    const output = <T>(value: T): T => {
      log.read({ kind: "output", pass });
      return value;
    };
    return {
      h: indexed(h, (p, value) => {
        log.read({ kind: "activity", p, pass });
        return value;
      }),
      get logits() {
        return output(logits);
      },
      get probabilities() {
        return output(probabilities);
      },
    };
  };
  const driven = (by: "drive" | "driveBySources") => (l: number, h: Tensor2D) => {
    log.presentedLayer(l, {}, l === 0 && h !== log.sample);
    log.read(
      l === net.depth - 1
        ? { kind: "output", pass: log.pass }
        : { kind: "activity", p: l + 1, pass: log.pass },
    );
    return net[by](l, h);
  };
  return overlaid(net, {
    weights,
    forward,
    drive: driven("drive"),
    driveBySources: driven("driveBySources"),
  });
}

export function watchedSpikingNetwork(net: FeedForwardNetwork, log: ReadLog): FeedForwardNetwork {
  const raw = new WeakMap<Presentation, Presentation>();
  const unwrapped = (presentation: Presentation) => raw.get(presentation) ?? presentation;
  const watchedPresentation = (presentation: Presentation, lowest: number): Presentation => {
    const note = (p: number) => log.read({ kind: "activity", p: lowest + p, pass: log.passOf(watched) });
    const field = <T>(values: readonly T[]) =>
      indexed(values, (p, value) => {
        note(p);
        return value;
      });
    const { spikes, trace, sourceSpikes, sourceTrace, drive, response, gate } = presentation;
    const watched: Presentation = overlaid(presentation, {
      spikes: field(spikes),
      trace: field(trace),
      sourceSpikes: field(sourceSpikes),
      sourceTrace: field(sourceTrace),
      drive: field(drive),
      response: field(response),
      gate: field(gate),
      get logits() {
        log.read({ kind: "output", pass: log.passOf(watched) });
        return presentation.logits;
      },
    });
    raw.set(watched, presentation);
    return watched;
  };
  const layers: LayerWatcher = {
    created: (l, presentation) => watchedPresentation(presentation, l),
    present(l, into, shown, present) {
      log.presentedLayer(l, into, l === 0 && shown.analogue !== log.sample);
      present(unwrapped(into));
    },
  };
  return overlaid(net, {
    weights: indexed(net.weights, (l, w) => {
      log.read({ kind: "weights", l });
      return log.substitute && log.recording ? otherMagnitudes(w, l, values => Float32Array.from(values)) : w;
    }),
    presentation: () => watchedPresentation(net.presentation(), 0),
    present(into: Presentation, modulation: Float64Array | null = null) {
      log.presentedWhole(into, modulation !== null);
      net.present(unwrapped(into), modulation);
      return into;
    },
    [watcher]: layers,
  });
}

/** Weights of the same signs, each with a factor of its own. */
function otherMagnitudes<T>(w: ArrayLike<number>, l: number, made: (values: number[]) => T): T {
  return made(Array.from(w, (value, at) => value * (1 + ((7 * at + 3 * l) % 5))));
}

/** A list whose elements go through `at` whenever they are read. */
function indexed<T>(values: readonly T[], at: (index: number, value: T) => T): readonly T[] {
  return new Proxy(values, {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      const index = typeof key === "string" && /^\d+$/.test(key) ? Number(key) : null;
      if (index !== null) return value === undefined ? value : at(index, value as T);
      // Array methods read the elements of the proxy.
      return value;
    },
  });
}
