import type { Projection } from "../synapses/projection.ts";

/** The synapses of a projection, one entry each in the order of its weights; in rows where those are shared. */
export interface Edges {
  /** Where the weight of each lies and, [pre + 1], where each row begins; null when they are in order. */
  readonly shared: { readonly places: Uint32Array; readonly starts: Uint32Array } | null;
  readonly pre: Uint32Array;
  readonly post: Uint32Array;
  /** [ms], or null when all are the projection's `minDelay`. */
  readonly delays: Float64Array | null;
}

export function edges(projection: Projection): Edges {
  const { synapses, minDelay } = projection;
  const shared = projection.shared && {
    places: new Uint32Array(synapses),
    starts: new Uint32Array(projection.pre + 1),
  };
  const [pre, post] = [new Uint32Array(synapses), new Uint32Array(synapses)];
  const delays = new Float64Array(synapses);
  let uniform = true;
  let count = 0;
  for (let i = 0; i < projection.pre; i++) {
    const length = projection.rowLength(i);
    for (let cursor = 0; cursor < length; ) {
      const delay = projection.delayAt(i, cursor);
      if (delay !== minDelay) uniform = false;
      cursor = projection.deliver(i, cursor, (j, _, s) => {
        const at = shared ? count++ : s;
        if (shared) shared.places[at] = s;
        pre[at] = i;
        post[at] = j;
        delays[at] = delay;
      });
    }
    if (shared) shared.starts[i + 1] = count;
  }
  return { shared: shared || null, pre, post, delays: uniform ? null : delays };
}
