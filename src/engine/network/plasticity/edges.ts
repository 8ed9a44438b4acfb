import type { Projection } from "../synapses/projection.ts";

/** The synapses of a projection, one entry each in the order of its weights; in rows where those are shared. */
export interface Edges {
  readonly pre: Uint32Array;
  readonly post: Uint32Array;
  /** [ms], or null when all are the projection's `minDelay`. */
  readonly delays: Float64Array | null;
}

export function edges(projection: Projection): Edges {
  const { synapses, minDelay } = projection;
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
        const at = projection.shared ? count++ : s;
        pre[at] = i;
        post[at] = j;
        delays[at] = delay;
      });
    }
  }
  return { pre, post, delays: uniform ? null : delays };
}
