import type { PoissonSpec } from "../../engine/network/stimuli/poisson.ts";
import type { LayerSynapses, PartedLayer } from "../nir/layerParts.ts";

/** NEST's Poisson generator: each of its targets has spikes of its own. */
export interface Generator {
  /** [Hz] */
  readonly rate: number;
  /** [ms] */
  readonly start: number;
  readonly stop: number;
}

/**
 * Synapses of generators as Poisson input of the neurons behind them: one stimulus for all that have one delay and time,
 * and one more for each further synapse of a neuron.
 * @param generator  of a node of the layer in front
 */
export function poissonInput(
  { pre, post, weights, delays }: LayerSynapses,
  generator: (node: number) => Generator,
  to: PartedLayer,
): PoissonSpec[] {
  const groups = new Map<string, { part: number; delay: number; at: Generator; synapses: number[] }>();
  const place = new Map<number, readonly [part: number, place: number]>();
  to.parts.forEach(({ neurons }, part) => {
    neurons.forEach((node, k) => {
      place.set(node, [part, k]);
    });
  });
  const seen = new Map<string, number>();
  post.forEach((node, k) => {
    const at = generator(pre[k]);
    const [part] = place.get(node)!;
    const like = [part, delays[k], at.start, at.stop].join(" ");
    const round = seen.get(`${like} ${node}`) ?? 0;
    seen.set(`${like} ${node}`, round + 1);
    const key = `${like} ${round}`;
    const group = groups.get(key) ?? { part, delay: delays[k], at, synapses: [] };
    group.synapses.push(k);
    groups.set(key, group);
  });
  return [...groups.values()].map(({ part, delay, at, synapses }) => {
    const { population, neurons: all } = to.parts[part];
    const own = synapses.map(k => ({
      neuron: place.get(post[k])![1],
      rate: generator(pre[k]).rate,
      weight: weights[k],
    }));
    own.sort((a, b) => a.neuron - b.neuron);
    const alike = (field: "rate" | "weight") => own.every(one => one[field] === own[0][field]);
    const each = new Float64Array(all.length);
    for (const { neuron, weight } of own) each[neuron] = weight;
    return {
      ...{ to: population, kind: "poisson", delay, start: at.start },
      ...(at.stop < Infinity && { stop: at.stop }),
      ...(own.length < all.length && { neurons: own.map(({ neuron }) => neuron) }),
      rate: alike("rate") ? own[0].rate : own.map(({ rate }) => rate),
      weight: alike("weight") ? own[0].weight : each,
    };
  });
}
