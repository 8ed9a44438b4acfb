import { InputError } from "../../errors.ts";
import { type NirNode, numbers } from "./graph.ts";
import type { LayerSynapses } from "./layerParts.ts";
import { type LinearMap, size } from "./linear.ts";

/** Synapses between two nodes, 24 bytes each: more are refused. */
const MOST_SYNAPSES = 2 ** 25;

/** Nodes on all ways from one. */
const MOST_STEPS = 2 ** 18;

/**
 * Every way from a node through nodes without state to one with state, which stands last.
 * @throws InputError for loops of nodes without state
 */
export function pathsFrom(
  from: string,
  following: (name: string) => readonly string[],
  ends: (name: string) => boolean,
): string[][] {
  const found: string[][] = [];
  let steps = 0;
  const walk = (name: string, path: readonly string[]) => {
    for (const next of following(name)) {
      // Nodes side by side, one behind the other: ways that lead nowhere double with each.
      if (++steps > MOST_STEPS)
        throw new InputError(
          `nir: node ${from}: expected fewer ways through linear nodes, got over ${MOST_STEPS} steps`,
        );
      if (path.includes(next))
        throw new InputError(`nir: node ${next}: expected a neuron in every loop, got only linear nodes`);
      if (found.length > 4096)
        throw new InputError(`nir: node ${from}: expected at most 4096 ways to other neurons`);
      if (ends(next)) found.push([...path, next]);
      else walk(next, [...path, next]);
    }
  };
  walk(from, []);
  return found;
}

/** What the linear nodes of a way make of a constant activity. */
export function applyAll(maps: readonly LinearMap[], x: Float64Array): Float64Array {
  return maps.reduce((activity, map) => {
    const out = new Float64Array(size(map.outShape));
    activity.forEach((amount, i) => {
      if (amount !== 0)
        map.spread(i, amount, (j, part) => {
          out[j] += part;
        });
    });
    return out;
  }, x);
}

/** Activity of some of a node's outputs. */
interface Row {
  readonly at: Uint32Array;
  readonly amount: Float64Array;
}

/**
 * The linear nodes of a way multiplied out, and its delays added up: one synapse for each pair of neurons and each
 * delay with which a spike of the one reaches the other.
 * @param through  names of the nodes between the two
 * @param pre      neurons that spikes come from
 * @param ms       of the unit of delays
 * @throws InputError when there are too many
 */
export function multiplyOut(
  through: readonly string[],
  nodes: Readonly<Record<string, NirNode>>,
  maps: ReadonlyMap<string, LinearMap>,
  pre: number,
  ms: number,
): LayerSynapses {
  const steps = through.map(name => stepThrough(nodes[name], maps.get(name)!, ms));
  const list = { pre: [] as number[], post: [] as number[], weights: [] as number[], delays: [] as number[] };
  const push = (i: number, j: number, weight: number, delay: number) => {
    list.pre.push(i);
    list.post.push(j);
    list.weights.push(weight);
    list.delays.push(delay);
  };
  for (let i = 0; i < pre; i++) {
    // Rows by delay.
    let rows = new Map<number, Row>([[0, { at: Uint32Array.of(i), amount: Float64Array.of(1) }]]);
    for (const step of steps) rows = step(rows);
    const reached: [post: number, weight: number, delay: number][] = [];
    for (const [delay, { at, amount }] of rows)
      for (let k = 0; k < at.length; k++) {
        if (rows.size === 1) push(i, at[k], amount[k], delay);
        else reached.push([at[k], amount[k], delay]);
      }
    reached.sort((a, b) => a[0] - b[0] || a[2] - b[2]);
    for (const own of reached) push(i, ...own);
    if (list.pre.length > MOST_SYNAPSES)
      throw new InputError(
        `nir: through ${through.join(", ") || "an edge"}: expected at most ${MOST_SYNAPSES} synapses`,
      );
  }
  return {
    pre: Uint32Array.from(list.pre),
    post: Uint32Array.from(list.post),
    weights: Float64Array.from(list.weights),
    delays: Float64Array.from(list.delays),
  };
}

type Step = (rows: Map<number, Row>) => Map<number, Row>;

function stepThrough(node: NirNode, map: LinearMap, ms: number): Step {
  if (node.type === "Delay") {
    const delays = numbers(node, "delay").map(d => d * ms);
    const n = size(map.inShape);
    if (delays.length !== 1 && delays.length !== n)
      throw new InputError(`nir: Delay: expected 1 or ${n} delays, got ${delays.length}`);
    return rows => {
      const sorted = new Map<number, { at: number[]; amount: number[] }>();
      for (const [delay, { at, amount }] of rows)
        at.forEach((j, k) => {
          const later = delay + delays[delays.length === 1 ? 0 : j];
          const row = sorted.get(later) ?? { at: [], amount: [] };
          sorted.set(later, row);
          row.at.push(j);
          row.amount.push(amount[k]);
        });
      return new Map(
        [...sorted].map(([delay, { at, amount }]) => [
          delay,
          { at: Uint32Array.from(at), amount: Float64Array.from(amount) },
        ]),
      );
    };
  }
  const sums = new Float64Array(size(map.outShape));
  const reached = new Uint8Array(sums.length);
  return rows =>
    new Map(
      [...rows].map(([delay, { at, amount }]) => {
        const touched: number[] = [];
        at.forEach((i, k) => {
          map.spread(i, amount[k], (j, part) => {
            if (reached[j] === 0) touched.push(j);
            reached[j] = 1;
            sums[j] += part;
          });
        });
        const own = Uint32Array.from(touched).sort();
        const row = { at: own, amount: Float64Array.from(own, j => sums[j]) };
        for (const j of own) sums[j] = reached[j] = 0;
        return [delay, row];
      }),
    );
}
