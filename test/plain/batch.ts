import * as layout from "../../src/engine/kernels/layout.ts";
import type { Kernels } from "../../src/engine/kernels/wasm.ts";
import { tablesIn } from "../../src/engine/lattice/batch/latticeTables.ts";
import type { Memory } from "./memory.ts";

const { fround } = Math;
const { LANE_FREE: FREE, LANES } = layout;

/**
 * Neuron by neuron, every step of the lattice is looked at. All arithmetic is in single precision.
 *
 * At a step with input near, v = v decay[1] + e + i, then each current falls and takes its input up. Over a longer time
 * without input the state stays that of its beginning, from where `LatticeTables` tell what it is at each step; a reset
 * within it puts v to where it would have had to be.
 */
export function batch(memory: () => Memory): Pick<Kernels, "inferBlock"> {
  return { inferBlock: (record, lanes, first) => inferBlock(memory(), record, lanes, first) };
}

function inferBlock(
  { f32: floats, i32: words, field }: Memory,
  record: number,
  lanes: number,
  first: number,
) {
  const of = (place: number) => field(record, place);
  const run = {
    ...{ tables: of(layout.BATCH_TABLES), reach: of(layout.BATCH_REACH), samples: of(layout.BATCH_SAMPLES) },
    ...{
      sums: of(layout.BATCH_SUMS),
      sumStarts: of(layout.BATCH_SUM_STARTS),
      inputs: of(layout.BATCH_INPUTS),
    },
    ...{ segments: of(layout.BATCH_SEGMENTS), segmentStarts: of(layout.BATCH_SEGMENT_STARTS) },
    ...{ counts: of(layout.BATCH_COUNTS), spikes: of(layout.BATCH_SPIKES), room: of(layout.BATCH_ROOM) },
  };
  const [steps, refractory, currents] = [
    of(layout.BATCH_STEPS),
    of(layout.BATCH_REFRACTORY),
    of(layout.BATCH_CURRENTS),
  ];
  const fixed = of(layout.BATCH_FIXED) !== 0;
  const width = LANES * Math.max(1, currents);
  const { decay, grow, rise, fall, riseInh, fallInh } = tablesIn(floats.subarray(run.tables >> 2), run.reach);
  let count = 0;

  /** @returns false for an infinite potential */
  const spike = (s: number, n: number, lane: number, v: number): boolean => {
    if (count < run.room) {
      const at = (run.spikes >> 2) + 2 * (s * run.room + count);
      words[at] = n;
      words[at + 1] = first + lane;
    }
    count++;
    return v < Infinity;
  };

  /** One neuron over one sample. @returns false for an infinite potential */
  const neuron = (s: number, lane: number): boolean => {
    const at = (place: number) => floats[((lanes + place) >> 2) + lane];
    const theta = at(layout.LANE_THETA);
    const reset = at(layout.LANE_RESET);
    const input = (n: number, current: number) => {
      const two = (run.inputs >> 2) + 2 * (s * steps + n);
      const place = current * LANES + lane;
      return fround(floats[(words[two] >> 2) + place] + floats[(words[two + 1] >> 2) + place]);
    };
    let v = at(layout.LANE_START);
    let e = 0;
    let i = 0;
    let until = fixed ? FREE : 0;

    /** Tests the threshold at step n; the state is that of a step `ago` before it. */
    const fire = (n: number, ago: number): boolean => {
      const p = ago === 0 ? 1 : decay[ago];
      const back = ago === 0 ? 1 : grow[ago];
      const more = ago === 0 ? 0 : driven(ago);
      let x = fround(fround(v * p) + more);
      if (!(x >= theta)) return true;
      if (fixed) {
        if (!spike(s, n, lane, x)) return false;
        v = refractory > 0 ? -Infinity : fround(fround(reset - more) * back);
        if (refractory > 0) until = n + refractory;
      } else if (until <= n) {
        do {
          if (!spike(s, n, lane, x)) return false;
          v = fround(v - fround(reset * back));
          x = fround(fround(v * p) + more);
        } while (refractory === 0 && x >= theta && count <= run.room);
        until = n + refractory;
      }
      return true;
    };
    /** What the currents of a step have added k steps later. */
    const driven = (k: number) => {
      if (currents === 0) return 0;
      const exc = fround(e * rise[k]);
      return currents === 1 ? exc : fround(exc + fround(i * riseInh[k]));
    };

    if (currents === 0) v = fround(v + input(0, 0));
    else {
      e = input(0, 0);
      if (currents === 2) i = input(0, 1);
    }
    if (!fire(0, 0)) return false;
    let n = 0;
    const end = words[(run.segmentStarts >> 2) + s + 1];
    for (let segment = words[(run.segmentStarts >> 2) + s]; segment < end; segment++) {
      const to = words[(run.segments >> 2) + 2 * segment];
      const silent = words[(run.segments >> 2) + 2 * segment + 1] !== 0;
      if (silent) {
        for (let k = 1; n + k <= to; k++) {
          if (fixed && until === n + k) {
            v = fround(fround(reset - driven(k)) * grow[k]);
            until = FREE;
          }
          if (!fire(n + k, k)) return false;
        }
        const k = to - n;
        v = fround(fround(v * decay[k]) + driven(k));
        e = fround(e * fall[k]);
        i = fround(i * fallInh[k]);
        n = to;
        continue;
      }
      while (++n <= to) {
        v = fround(v * decay[1]);
        if (currents === 0) v = fround(v + input(n, 0));
        else {
          v = fround(v + (currents === 1 ? e : fround(e + i)));
          e = fround(fround(e * fall[1]) + input(n, 0));
          if (currents === 2) i = fround(fround(i * fallInh[1]) + input(n, 1));
        }
        if (fixed && until === n) {
          v = currents === 0 ? fround(reset + input(n, 0)) : reset;
          until = FREE;
        }
        if (!fire(n, 0)) return false;
      }
      n = to;
    }
    return true;
  };

  for (let s = 0; s < run.samples; s++) {
    count = words[(run.counts >> 2) + s];
    const end = words[(run.sumStarts >> 2) + s + 1];
    for (let sum = words[(run.sumStarts >> 2) + s]; sum < end; sum++) {
      const [to, a, b] = [0, 1, 2].map(k => words[(run.sums >> 2) + 3 * sum + k] >> 2) as [
        number,
        number,
        number,
      ];
      for (let c = 0; c < width; c++) floats[to + c] = floats[a + c] + floats[b + c];
    }
    for (let lane = 0; lane < LANES; lane++) if (!neuron(s, lane)) return -2;
    if (count > run.room) return -1;
    words[(run.counts >> 2) + s] = count;
  }
  return 0;
}
