import type { Architecture } from "../network/architecture.ts";

/** What is left of a layer at the end of a presentation. */
export interface LayerLeft {
  /** [sources] traces at its synapses. */
  readonly sources: Float64Array;
  /** [post] potentials, ends of refractory periods (times of the next presentation [ms]), and traces of its neurons. */
  readonly v: Float64Array;
  readonly until: Float64Array;
  readonly trace: Float64Array;
}

/** What a presentation begins with where neurons are not brought to rest in between: what the one before has left. */
export class Carried {
  readonly layers: readonly LayerLeft[];

  /** @param left  at rest by default */
  constructor({ layers }: Pick<Architecture, "layers">, left?: readonly LayerLeft[]) {
    this.layers =
      left ??
      layers.map(({ sources, post }) => ({
        sources: new Float64Array(sources),
        v: new Float64Array(post),
        until: new Float64Array(post).fill(-Infinity),
        trace: new Float64Array(post),
      }));
  }

  rest(): void {
    for (const { sources, v, until, trace } of this.layers) {
      for (const values of [sources, v, trace]) values.fill(0);
      until.fill(-Infinity);
    }
  }
}
