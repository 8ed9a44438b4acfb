import type { ProjectionSpec } from "../../engine/network/network.ts";

/*
 * Other tools give every neuron of a layer parameters of its own; the engine gives each population one set. So a layer
 * becomes a population for each set of parameters, and the synapses between layers are sorted into those of their
 * populations.
 */

/** Some neurons of a layer: neuron k of the population is neuron `neurons[k]` of the layer. */
export interface LayerPart {
  readonly population: string;
  readonly neurons: Uint32Array;
}

export interface PartedLayer {
  readonly size: number;
  readonly parts: readonly LayerPart[];
}

/** Synapses in the order of their presynaptic neurons. */
export interface LayerSynapses {
  readonly pre: Uint32Array;
  readonly post: Uint32Array;
  readonly weights: Float64Array;
  /** [ms] */
  readonly delays: Float64Array;
}

/**
 * Synapses between layers as projections between their populations: dense where every pair has one synapse.
 * @param name  of the projections, where there are several
 */
export function splitSynapses(
  { pre, post, weights, delays }: LayerSynapses,
  from: PartedLayer,
  to: PartedLayer,
  name: string,
): ProjectionSpec[] {
  const [source, target] = [placesOf(from), placesOf(to)];
  const parts = from.parts.flatMap(a => to.parts.map(b => ({ a, b, synapses: [] as number[] })));
  for (let s = 0; s < pre.length; s++)
    parts[source.part[pre[s]] * to.parts.length + target.part[post[s]]].synapses.push(s);
  return parts.flatMap(({ a, b, synapses }): ProjectionSpec[] => {
    if (synapses.length === 0) return [];
    const n = b.neurons.length;
    const [i, j] = [
      Uint32Array.from(synapses, s => source.place[pre[s]]),
      Uint32Array.from(synapses, s => target.place[post[s]]),
    ];
    const dense =
      synapses.length === a.neurons.length * n &&
      i.every((own, k) => own === Math.floor(k / n) && j[k] === k % n);
    const delay = Float64Array.from(synapses, s => delays[s]);
    const first = delay[0];
    return [
      {
        from: a.population,
        to: b.population,
        ...(from.parts.length > 1 || to.parts.length > 1
          ? { name: `${name}: ${a.population}->${b.population}` }
          : {}),
        ...(!dense && { connect: { kind: "pairs", pre: i, post: j } }),
        weights: Float32Array.from(synapses, s => weights[s]),
        ...(delay.every(d => d === first) ? first > 0 && { delay: first } : { delay }),
      },
    ];
  });
}

/** Which part each neuron of a layer is in, and where in it. */
function placesOf({ size: n, parts }: PartedLayer): { part: Uint32Array; place: Uint32Array } {
  const [part, place] = [new Uint32Array(n), new Uint32Array(n)];
  parts.forEach(({ neurons }, p) => {
    neurons.forEach((k, own) => {
      part[k] = p;
      place[k] = own;
    });
  });
  return { part, place };
}
