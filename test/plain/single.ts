import * as layout from "../../src/engine/kernels/layout.ts";
import type { Kernels } from "../../src/engine/kernels/wasm.ts";
import { log } from "../../src/math/elementary.ts";
import type { Memory } from "./memory.ts";

const { fround } = Math;

/** A polynomial, its highest coefficient first. */
function series(x: number, coefficients: readonly number[]): number {
  return coefficients.reduce((p, c, k) => (k === 0 ? fround(c) : fround(fround(p * x) + fround(c))), 0);
}

const bits = new Float32Array(1);
const word = new Int32Array(bits.buffer);

function nearest(x: number): number {
  const n = Math.floor(x);
  return x - n === 0.5 ? n + (n & 1) : Math.round(x);
}

function exp(x: number): number {
  const n = nearest(fround(x * fround(Math.LOG2E)));
  let r = fround(x - fround(n * fround(0.693359375)));
  r = fround(r - fround(n * fround(-2.1219444e-4)));
  const p = series(
    r,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1],
  );
  bits[0] = fround(fround(fround(p * fround(r * r)) + r) + 1);
  word[0] += n << 23;
  return bits[0];
}

/** log(1 + f) for f from -1 to 0 */
function logOf(f: number): number {
  const y = fround(f + 1);
  let [m, x] = [0, f];
  if (y < fround(0.7)) {
    bits[0] = y;
    m = (word[0] >>> 23) - 126;
    word[0] = (word[0] & 0x7fffff) | 0x3f000000;
    x = bits[0];
    if (x < fround(0.7)) {
      m--;
      x = fround(x + x);
    }
    x = fround(x - 1);
  }
  const z = fround(x * x);
  const p = series(x, [
    ...[7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1],
    ...[-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1],
  ]);
  let s = fround(fround(p * x) * z);
  s = fround(s + fround(m * fround(-2.1219444e-4)));
  s = fround(s - fround(z * 0.5));
  return fround(fround(x + s) + fround(m * fround(0.693359375)));
}

interface Spike {
  readonly t: number;
  readonly e: number;
  readonly j: number;
}
interface Event {
  readonly row: number;
  readonly scale: number;
  readonly e: number;
  readonly t: number;
  readonly last: boolean;
}

/** Neuron by neuron, event by event. */
export function single(memory: () => Memory): Pick<Kernels, "presentSingle"> {
  return { presentSingle: (record, shown) => presentSingle(memory(), record, shown) };
}

function presentSingle(at: Memory, record: number, shown: number): number {
  const { f32, f64, i32, u32, field } = at;
  const is = (place: number) => field(record, place);
  const float = (place: number) => at.single(record, place);
  const leaky = is(layout.NET_LEAKY) !== 0;
  const [tau, duration] = [at.double(record, layout.NET_TAU), at.double(record, layout.NET_DURATION)];
  const [left, scale, threshold, readout, end] = [
    layout.NET_LEFT,
    layout.NET_SCALE,
    layout.NET_THRESHOLD,
    layout.NET_READOUT,
    layout.NET_END,
  ].map(float);
  const recordOf = (p: number) => shown + 8 * layout.SHOWN_SIZE * p;
  const listOf = (p: number, place: number) => f64.subarray(field(recordOf(p), place) / 8);
  const analogue = is(layout.NET_ANALOGUE);

  /** What has come out of population p, in order of time. */
  const leave = (p: number, spikes: readonly Spike[]) => {
    const own = recordOf(p);
    spikes.forEach(({ t, e, j }, k) => {
      f64[field(own, layout.SHOWN_TIMES) / 8 + k] = t;
      f32[field(own, layout.SHOWN_ES) / 4 + k] = e;
      i32[field(own, layout.SHOWN_NEURONS) / 4 + k] = j;
    });
    u32[own / 4 + 2 * layout.SHOWN_COUNT] = spikes.length;
  };

  let spikes: Spike[] = Array.from({ length: is(layout.NET_INPUTS) }, (_, k) => {
    const t = f64[field(shown, layout.SHOWN_TIMES) / 8 + k];
    const place = fround(t * (leaky ? 1 / tau : 1));
    return { t, e: leaky ? exp(place) : place, j: i32[field(shown, layout.SHOWN_NEURONS) / 4 + k] };
  });
  leave(0, spikes);
  let gain = float(layout.NET_GAIN);
  const layerOf = (l: number) => is(layout.NET_LAYERS) + 8 * layout.LAYER_SIZE * l;
  const inputs = field(layerOf(0), layout.LAYER_PRE);
  const traces = listOf(0, layout.SHOWN_TRACE);
  const brought = is(layout.NET_BROUGHT);
  for (let i = 0; i < inputs; i++) {
    traces[i] = analogue ? f64[analogue / 8 + i] : 0;
    if (brought) traces[i] += f64[brought / 8 + i];
  }
  const active = traces.subarray(0, inputs).filter(x => x !== 0).length;
  for (const { e, j } of spikes) {
    const x = fround(fround(gain * left) * (leaky ? e : 1));
    traces[j % inputs] += j < inputs ? x : -x;
  }

  const depth = is(layout.NET_DEPTH);
  for (let l = 0; l < depth; l++) {
    const layer = layerOf(l);
    const [pre, post] = [field(layer, layout.LAYER_PRE), field(layer, layout.LAYER_POST)];
    if (field(layer, layout.LAYER_POOL) > 0) {
      const pools = i32.subarray(field(layer, layout.LAYER_POOLS) / 4);
      spikes = poolSpikes(spikes, pools, field(layer, layout.LAYER_POOL) === 2, leaky);
      leave(depth + 1 + l, spikes);
      gain = fround(gain * at.single(layer, layout.LAYER_SHARE));
      const trace = listOf(depth + 1 + l, layout.SHOWN_TRACE).fill(0, 0, pre);
      for (const { e, j } of spikes) trace[j] += fround(fround(gain * left) * (leaky ? e : 1));
    }
    const weights = f32.subarray(field(layer, layout.LAYER_WEIGHTS) / 4);
    const biases = f32.subarray(field(layer, layout.LAYER_BIASES) / 4);
    const silent = field(layer, layout.LAYER_SILENT);
    const top = l === depth - 1;
    const potentials = top && readout === 0;
    const factors = potentials
      ? listOf(field(layer, layout.LAYER_POOL) > 0 ? depth + 1 + l : l, layout.SHOWN_TRACE)
      : l === 0 && analogue
        ? f64.subarray(analogue / 8)
        : null;
    const columns = field(layer, layout.LAYER_COLUMNS);
    const rowTo = rowsOf(place => field(layer, place));
    const drives = Float32Array.from({ length: post }, (_, j) => biases[j % columns]);
    let rows = 0;
    for (let i = 0; factors && i < pre; i++) {
      if (factors[i] === 0) continue;
      rows++;
      const x = fround(factors[i]);
      for (let j = 0; j < post; j++) {
        const row = rowTo(i, Math.floor(j / columns));
        if (row !== null) drives[j] = fround(drives[j] + fround(x * weights[row + (j % columns)]));
      }
    }
    if (l === 0)
      u32[record / 4 + 2 * layout.NET_ROWS] = potentials && !analogue ? 0 : brought ? active : rows;
    if (l === 0 && brought && !potentials) {
      for (let c = 0; c < is(layout.NET_COLUMNS); c++) {
        const x = fround(f64[is(layout.NET_VECTOR) / 8 + c]);
        const mixed = is(layout.NET_MIXED) / 4 + 16 * Math.ceil(post / 16) * c;
        for (let j = 0; j < post; j++) drives[j] = fround(drives[j] + fround(x * f32[mixed + j]));
      }
    }
    if (potentials) {
      drives.forEach((drive, j) => {
        listOf(depth, layout.SHOWN_TRACE)[j] = drive;
      });
      leave(depth, []);
      break;
    }
    const drop = top ? readout : threshold;
    const arriving = spikes;
    /** What reaches the neurons of one place, in order of time. */
    const eventsAt = (place: number): Event[] => {
      const reaching = arriving.flatMap(({ t, e, j }) => {
        const row = rowTo(j % pre, place);
        const x = leaky ? fround(gain * e) : gain;
        return row === null ? [] : { row, scale: j < pre ? x : -x, e, t };
      });
      return reaching.map((event, k) => ({ ...event, last: reaching[k + 1]?.t !== event.t }));
    };
    const swept = sweepLayer({
      ...{ leaky, tau, duration, end, drop, hold: top ? 0 : float(layout.NET_HOLD), post, weights },
      ...{ eventsAt, columns, silence: arriving.length === 0 },
      drives: drives.map(drive => fround(drive * float(layout.NET_SETTLE))),
      silent: j => silent !== 0 && new Uint8Array(f32.buffer)[silent + j] === 1,
      room: is(layout.NET_ROOM),
    });
    if (swept.spikes.length > is(layout.NET_ROOM)) return l + 1;
    spikes = swept.spikes.sort((a, b) => a.t - b.t);
    leave(l + 1, spikes);
    const spent = new Float32Array(post);
    for (const { e, j } of spikes) spent[j] = fround(spent[j] + (leaky ? e : 1));
    gain = fround(threshold * scale);
    const trace = listOf(l + 1, layout.SHOWN_TRACE);
    if (top) {
      for (let j = 0; j < post; j++) trace[j] = fround(spent[j] * fround(readout * left));
      break;
    }
    const [potential, drive, response, gate] = [
      layout.SHOWN_POTENTIAL,
      layout.SHOWN_DRIVE,
      layout.SHOWN_RESPONSE,
      layout.SHOWN_GATE,
    ].map(place => listOf(l + 1, place));
    const most = fround(scale * float(layout.NET_SATURATION));
    for (let j = 0; j < post; j++) {
      const [u, limit] = [swept.states[j], swept.limits[j]];
      const out = limit === Infinity;
      const a = fround(fround(gain * left) * spent[j]);
      const settled = leaky
        ? fround(fround(threshold - limit) + fround(u * left))
        : fround(u - fround(limit * end));
      const v = out ? 0 : settled;
      const sum = out ? 0 : fround(a + fround(scale * v));
      const near = (a > 0 || v > fround(threshold * 0.5)) && v < threshold && !out;
      const drives = is(layout.NET_READS_DRIVE) !== 0;
      [trace[j], potential[j]] = [a, v];
      [drive[j], response[j]] = drives ? [sum, Math.max(0, sum)] : [a, a];
      gate[j] = (drives ? sum > 0 && sum < most : near) ? scale : 0;
    }
  }
  return 0;
}

/** Where the row of weights begins that leads from a source to a place, of all neurons or of a map's; null for none. */
export function rowsOf(is: (place: number) => number): (source: number, place: number) => number | null {
  const [kernel, columns] = [is(layout.LAYER_KERNEL), is(layout.LAYER_COLUMNS)];
  if (kernel === 0) return source => source * columns;
  const [stride, padding] = [is(layout.LAYER_STRIDE), is(layout.LAYER_PADDING)];
  const [width, channels, toWidth] = [
    is(layout.LAYER_WIDTH),
    is(layout.LAYER_CHANNELS),
    is(layout.LAYER_TO_WIDTH),
  ];
  return (source, place) => {
    const at = Math.floor(source / channels);
    const ky = Math.floor(at / width) + padding - Math.floor(place / toWidth) * stride;
    const kx = (at % width) + padding - (place % toWidth) * stride;
    if (ky < 0 || ky >= kernel || kx < 0 || kx >= kernel) return null;
    return ((ky * kernel + kx) * channels + (source % channels)) * columns;
  };
}

function poolSpikes(spikes: readonly Spike[], pools: Int32Array, max: boolean, leaky: boolean): Spike[] {
  const [traces, owns] = [new Map<number, number>(), new Map<number, number>()];
  return spikes.flatMap(({ t, e, j }) => {
    const p = pools[j];
    if (p < 0) return [];
    const unit = leaky ? e : 1;
    const [trace, own] = [fround((traces.get(j) ?? 0) + unit), owns.get(p) ?? 0];
    traces.set(j, trace);
    if (max && fround(trace - own) < fround(unit * 0.5)) return [];
    owns.set(p, fround(own + unit));
    return { t, e, j: p };
  });
}

interface Sweep {
  readonly leaky: boolean;
  readonly tau: number;
  readonly duration: number;
  readonly end: number;
  readonly drop: number;
  readonly hold: number;
  readonly post: number;
  readonly weights: Float32Array;
  /** Neurons of a place, and what reaches them; whether nothing reaches any. */
  readonly columns: number;
  readonly eventsAt: (place: number) => readonly Event[];
  readonly silence: boolean;
  /** Where membranes would settle, or what moves them. */
  readonly drives: Float32Array;
  readonly silent: (j: number) => boolean;
  readonly room: number;
}

/** Spikes in the order in which they are found: sixteen neurons after sixteen, event by event. */
function sweepLayer(of: Sweep): { spikes: Spike[]; states: Float32Array; limits: Float32Array } {
  const { leaky, tau, duration, end, drop, hold, post, weights, drives, silent, room } = of;
  let events: readonly Event[] = [];
  const spikes: Spike[] = [];
  const all = Array.from({ length: post }, (_, j) => j);
  const offset = leaky ? 0 : drop;
  const u = drives.map(v => (leaky ? fround(0 - v) : 0));
  const limits = drives.map((v, j) => (silent(j) ? Infinity : fround((leaky ? drop : 0) - v)));
  const limitAt = (j: number, e: number) => fround(fround(limits[j] * e) + offset);
  const dropAt = (e: number) => (leaky ? fround(drop * e) : drop);
  const afterHold = (e: number) => fround(leaky ? e * hold : e + hold);

  /** All first spikes, then all second ones, and so on. */
  const undisturbed = () => {
    const trains = all
      .filter(j => limits[j] < 0)
      .map(j => {
        const interval = -tau * logOf(fround(fround(0 - drop) / fround(drop - limits[j])));
        const v = fround(drop - limits[j]);
        const ratio = v / (v - drop);
        const waits = hold > 0 && ratio < hold;
        const [period, factor] = waits ? [tau * log(hold), hold] : [interval, ratio];
        return { j, interval, period, factor, e: ratio, sum: 0 };
      });
    let firing = trains;
    for (let n = 0; firing.length > 0 && spikes.length <= room; n++) {
      firing = firing.filter(({ interval, period }) => interval + n * period <= duration);
      for (const train of firing) {
        spikes.push({ t: train.interval + n * train.period, e: fround(train.e), j: train.j });
        train.sum += train.e;
        train.e *= train.factor;
      }
    }
    for (const { j, sum } of trains) u[j] = fround(u[j] - fround(drop * sum));
  };

  const free = (block: readonly number[]) => {
    for (const { row, scale, e, t, last } of events) {
      for (const j of block) u[j] = fround(u[j] + fround(scale * weights[row + (j % of.columns)]));
      for (let again = last; again && spikes.length <= room; ) {
        again = false;
        for (const j of block) {
          if (!(u[j] >= limitAt(j, e))) continue;
          u[j] = fround(u[j] - dropAt(e));
          spikes.push({ t, e, j });
          again = true;
        }
      }
    }
  };

  const held = (block: readonly number[]) => {
    const until = new Map(block.map(j => [j, -Infinity]));
    const waits = new Set<number>();
    const within = (j: number, before: number, to: number, inclusive: boolean) => {
      for (;;) {
        const start = Math.max(before, until.get(j)!);
        if (inclusive ? start > to : start >= to) break;
        let e = start;
        if (!(u[j] >= limitAt(j, start))) {
          if (!(limits[j] < 0)) break;
          e = Math.max(fround(fround(u[j] - offset) / limits[j]), start);
          if (inclusive ? e > to : e >= to) break;
        }
        u[j] = fround(u[j] - dropAt(e));
        if (hold > 0) until.set(j, afterHold(e));
        spikes.push({ t: leaky ? Math.min(tau * log(e), duration) : e, e, j });
      }
      waits.delete(j);
      if (until.get(j)! >= to) waits.add(j);
    };
    let [before, fresh] = [leaky ? 1 : 0, true];
    for (const { row, scale, e, t, last } of events) {
      if (fresh) {
        for (const j of block) if (waits.has(j) && until.get(j)! < e) within(j, before, e, false);
        const driven = block.filter(j => limits[j] < 0 && u[j] >= limitAt(j, e));
        for (const j of driven) within(j, before, e, false);
      }
      for (const j of block) u[j] = fround(u[j] + fround(scale * weights[row + (j % of.columns)]));
      fresh = last;
      if (!last) continue;
      before = e;
      for (const j of block) {
        while (u[j] >= limitAt(j, e)) {
          if (hold > 0 && e < until.get(j)!) {
            waits.add(j);
            break;
          }
          if (hold > 0) until.set(j, afterHold(e));
          u[j] = fround(u[j] - dropAt(e));
          spikes.push({ t, e, j });
        }
      }
    }
    const above = new Set(block.filter(j => u[j] >= limitAt(j, end)));
    for (const j of block) if (above.has(j) || waits.has(j)) within(j, before, end, true);
  };

  if (of.silence && leaky) undisturbed();
  else {
    for (let begin = 0; begin < post; begin += of.columns) {
      events = of.eventsAt(begin / of.columns);
      const place = all.slice(begin, begin + of.columns);
      for (let first = 0; first < place.length; first += 16) {
        const block = place.slice(first, first + 16);
        if (leaky && hold === 0 && !block.some(j => limits[j] < 0)) free(block);
        else held(block);
      }
    }
  }
  return { spikes, states: u, limits };
}
