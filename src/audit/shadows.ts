import type { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import type { Presentation } from "../engine/exact/presentation.ts";
import { SpikeTrain } from "../engine/record/spikeTrain.ts";
import { type LayerWatcher, watcher } from "../rules/layers.ts";
import { overlaid } from "./overlaid.ts";

/** What a rule and its synapses are about to read of a presentation; may be altered. */
export interface Left {
  readonly seen: Presentation;
  /** Population of the network that is population 0 in `seen`. */
  readonly lowest: number;
  /** Whether the readout is the network's: where a hidden layer is presented alone, it is not. */
  readonly top: boolean;
  /** Traces that it began with, by layer of synapses: at its sources and of its neurons; absent where it began at rest. */
  readonly began?: readonly { readonly sources: Float64Array; readonly trace: Float64Array }[];
}

export interface Onlooker {
  before(): void;
  after(left: Left): void;
}

/**
 * A network that behaves as the given one, but whose presentations are copies: what happens in the network goes on as it
 * is, and what is read of it can be something else.
 */
export function shadowed(net: FeedForwardNetwork, onlooker: Onlooker): FeedForwardNetwork {
  const own = new WeakMap<Presentation, Presentation>();
  const shadow = (presentation: Presentation): Presentation => {
    const made = roomLike(presentation);
    own.set(made, presentation);
    return made;
  };
  const present = (into: Presentation, by: (own: Presentation) => void, lowest: number, top: boolean) => {
    const presentation = own.get(into)!;
    onlooker.before();
    const began = net.carried?.layers.map(({ sources, trace }) => ({
      sources: sources.slice(),
      trace: trace.slice(),
    }));
    by(presentation);
    copy(presentation, into);
    onlooker.after({ seen: into, lowest, top, ...(began && { began }) });
  };
  const layers: LayerWatcher = {
    created: (_, presentation) => shadow(presentation),
    present: (l, into, _, by) => present(into, by, l, l === net.depth - 1),
  };
  return overlaid(net, {
    presentation: () => shadow(net.presentation()),
    present(into: Presentation, modulation: Float64Array | null = null) {
      present(into, presentation => net.present(presentation, modulation), 0, true);
      return into;
    },
    [watcher]: layers,
  });
}

const numbers = ["trace", "sourceTrace", "potential", "drive", "response", "gate"] as const;
const trains = ["spikes", "sourceSpikes"] as const;

/** What stands for spikes of neurons and what reaches synapses are things of their own here, pools or not. */
function roomLike(presentation: Presentation): Presentation {
  const copies = numbers.map(key => [key, presentation[key].map(values => values.slice())] as const);
  const empty = trains.map(key => [key, presentation[key].map(() => new SpikeTrain())] as const);
  return {
    ...(Object.fromEntries([...copies, ...empty]) as Pick<
      Presentation,
      (typeof numbers)[number] | (typeof trains)[number]
    >),
    outputSpikes: new SpikeTrain(),
    logits: presentation.logits.slice(),
    analogue: null,
  };
}

function copy(from: Presentation, to: Presentation): void {
  for (const key of numbers)
    to[key].forEach((values, p) => {
      values.set(from[key][p]);
    });
  for (const key of trains)
    to[key].forEach((train, p) => {
      train.take(from[key][p]);
    });
  to.outputSpikes.take(from.outputSpikes);
  to.logits.set(from.logits);
  to.analogue = from.analogue;
}
