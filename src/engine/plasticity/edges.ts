import { InputError } from "../../errors.ts";
import type { Projection } from "../projections/projection.ts";

/** The synapses of a projection, one entry each in the order of its weights. */
export interface Edges {
  readonly pre: Uint32Array;
  readonly post: Uint32Array;
  /** [ms], or null when all are the projection's `minDelay`. */
  readonly delays: Float64Array | null;
}

/** @throws InputError for synapses that share their weights, which cannot learn one by one */
export function edges(projection: Projection): Edges {
  const { synapses, minDelay } = projection;
  const [pre, post] = [new Uint32Array(synapses), new Uint32Array(synapses)];
  const delays = new Float64Array(synapses);
  const seen = new Uint8Array(synapses);
  let uniform = true;
  for (let i = 0; i < projection.pre; i++) {
    const length = projection.rowLength(i);
    for (let cursor = 0; cursor < length; ) {
      const delay = projection.delayAt(i, cursor);
      if (delay !== minDelay) uniform = false;
      cursor = projection.deliver(i, cursor, (j, _, s) => {
        if (!(s < synapses) || seen[s]) {
          throw new InputError("plasticity: expected a weight per synapse, got shared weights");
        }
        seen[s] = 1;
        pre[s] = i;
        post[s] = j;
        delays[s] = delay;
      });
    }
  }
  return { pre, post, delays: uniform ? null : delays };
}
