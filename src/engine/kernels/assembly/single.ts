// AssemblyScript. A presentation of a network of dense layers in single precision: from spikes and drives of the input to
// what learning reads of every layer, in one call.
import * as layout from "../layout";
import { exp4, log4 } from "./singleElementary";
import { address, double, is, setWhole, single, whole } from "./record";
import { beginSpikes, emit, endSpikes, overfull } from "./singleSpikes";
import { EVENT, sweep } from "./singleSweep";

let net: usize;
let leaky: bool;

/**
 * @param record  of the network, which says what is at its input
 * @param shown   of what the presentation leaves; the input spikes' times and neurons are there already
 * @returns 0, or l + 1 when the spikes of layer l's targets do not fit
 */
export function presentSingle(record: usize, shown: usize): i32 {
  net = record;
  leaky = is(record, layout.NET_LEAKY);
  const depth = whole(record, layout.NET_DEPTH);
  const left = single(record, layout.NET_LEFT);
  const analogue = address(record, layout.NET_ANALOGUE);
  const scale = single(record, layout.NET_SCALE);
  const threshold = single(record, layout.NET_THRESHOLD);
  const readout = single(record, layout.NET_READOUT);
  const fired = address(record, layout.NET_FIRED);
  const spent = address(record, layout.NET_SPENT);
  placeInTime(shown);
  let gain = single(record, layout.NET_GAIN);
  traceInput(shown, whole(address(record, layout.NET_LAYERS), layout.LAYER_PRE), gain * left, analogue);
  for (let l = 0; l < depth; l++) {
    const layer = address(record, layout.NET_LAYERS) + ((usize(l) * layout.LAYER_SIZE) << 3);
    const source = shown + ((usize(l) * layout.SHOWN_SIZE) << 3);
    const target = source + (layout.SHOWN_SIZE << 3);
    const post = whole(layer, layout.LAYER_POST);
    const top = l == depth - 1;
    if (top && readout == 0) {
      const rows = activeRows(layer, address(source, layout.SHOWN_TRACE));
      if (l == 0) setWhole(record, layout.NET_ROWS, analogue ? rows : 0);
      project(layer, rows);
      promote(address(net, layout.NET_LIMITS), 1, address(target, layout.SHOWN_TRACE), post);
      setWhole(target, layout.SHOWN_COUNT, 0);
      break;
    }
    const rows = l == 0 && analogue ? activeRows(layer, analogue) : 0;
    if (l == 0) setWhole(record, layout.NET_ROWS, rows);
    project(layer, rows);
    const drop = top ? readout : threshold;
    const hold: f32 = top ? 0 : single(record, layout.NET_HOLD);
    settle(layer, drop);
    beginSpikes(fired, whole(record, layout.NET_ROOM));
    const events = whole(source, layout.SHOWN_COUNT);
    if (events == 0 && leaky) undisturbed(layer, drop, hold);
    else {
      if (events > 0) listEvents(layer, source, events, gain);
      sweep(record, layer, source, events, drop, hold);
    }
    if (overfull()) return l + 1;
    memory.fill(spent, 0, usize(post) << 2);
    endSpikes(
      address(record, layout.NET_SORTED),
      address(record, layout.NET_STARTS),
      double(record, layout.NET_DURATION),
      target,
      spent,
      leaky,
    );
    gain = threshold * scale;
    if (top) promote(spent, readout * left, address(target, layout.SHOWN_TRACE), post);
    else read(target, post, gain * left);
  }
  return 0;
}

/** e of the input spikes. */
function placeInTime(shown: usize): void {
  const count = whole(net, layout.NET_INPUTS);
  setWhole(shown, layout.SHOWN_COUNT, count);
  const times = address(shown, layout.SHOWN_TIMES);
  const es = address(shown, layout.SHOWN_ES);
  const perTau = f64x2.splat(leaky ? 1 / double(net, layout.NET_TAU) : 1);
  for (let k: usize = 0; k < usize(count); k += 4) {
    const a = f32x4.demote_f64x2_zero(f64x2.mul(v128.load(times + (k << 3)), perTau));
    const b = f32x4.demote_f64x2_zero(f64x2.mul(v128.load(times + (k << 3), 16), perTau));
    const x = i64x2.shuffle(a, b, 0, 2);
    v128.store(es + (k << 2), leaky ? exp4(x) : x);
  }
}

/** Traces of the inputs; those of twins, numbered after all others, count against. */
function traceInput(shown: usize, inputs: i32, left: f32, analogue: usize): void {
  const trace = address(shown, layout.SHOWN_TRACE);
  if (analogue) memory.copy(trace, analogue, usize(inputs) << 3);
  else memory.fill(trace, 0, usize(inputs) << 3);
  const count = usize(whole(net, layout.NET_INPUTS));
  const neurons = address(shown, layout.SHOWN_NEURONS);
  const es = address(shown, layout.SHOWN_ES);
  for (let k: usize = 0; k < count; k++) {
    const i = load<i32>(neurons + (k << 2));
    const x = left * (leaky ? load<f32>(es + (k << 2)) : 1);
    const at = trace + (usize(i < inputs ? i : i - inputs) << 3);
    store<f64>(at, load<f64>(at) + f64(i < inputs ? x : -x));
  }
}

/** The rows whose factor, of [pre] doubles, is not 0. @returns how many */
function activeRows(layer: usize, factors: usize): i32 {
  const pre = whole(layer, layout.LAYER_PRE);
  const stride = u32(whole(layer, layout.LAYER_POST)) << 2;
  let to = address(net, layout.NET_ACTIVE);
  const from = to;
  for (let i = 0; i < pre; i++) {
    const x = load<f64>(factors + (usize(i) << 3));
    store<u32>(to, u32(i) * stride);
    store<f32>(to, f32(x), 4);
    to += x != 0 ? 8 : 0;
  }
  return i32((to - from) >> 3);
}

/** limits = biases + sum of the active rows times their factors */
function project(layer: usize, rows: i32): void {
  const post = usize(whole(layer, layout.LAYER_POST)) << 2;
  const out = address(net, layout.NET_LIMITS);
  const first = address(net, layout.NET_ACTIVE);
  const last = first + (usize(rows) << 3);
  const weights = address(layer, layout.LAYER_WEIGHTS);
  const biases = address(layer, layout.LAYER_BIASES);
  let j: usize = 0;
  for (; j + 128 <= post; j += 128) {
    let a0 = v128.load(biases + j);
    let a1 = v128.load(biases + j, 16);
    let a2 = v128.load(biases + j, 32);
    let a3 = v128.load(biases + j, 48);
    let a4 = v128.load(biases + j, 64);
    let a5 = v128.load(biases + j, 80);
    let a6 = v128.load(biases + j, 96);
    let a7 = v128.load(biases + j, 112);
    for (let k = first; k < last; k += 8) {
      const row = weights + usize(load<u32>(k)) + j;
      const x = v128.load32_splat(k, 4);
      a0 = f32x4.add(a0, f32x4.mul(x, v128.load(row)));
      a1 = f32x4.add(a1, f32x4.mul(x, v128.load(row, 16)));
      a2 = f32x4.add(a2, f32x4.mul(x, v128.load(row, 32)));
      a3 = f32x4.add(a3, f32x4.mul(x, v128.load(row, 48)));
      a4 = f32x4.add(a4, f32x4.mul(x, v128.load(row, 64)));
      a5 = f32x4.add(a5, f32x4.mul(x, v128.load(row, 80)));
      a6 = f32x4.add(a6, f32x4.mul(x, v128.load(row, 96)));
      a7 = f32x4.add(a7, f32x4.mul(x, v128.load(row, 112)));
    }
    v128.store(out + j, a0);
    v128.store(out + j, a1, 16);
    v128.store(out + j, a2, 32);
    v128.store(out + j, a3, 48);
    v128.store(out + j, a4, 64);
    v128.store(out + j, a5, 80);
    v128.store(out + j, a6, 96);
    v128.store(out + j, a7, 112);
  }
  for (; j < post; j += 16) {
    let a = v128.load(biases + j);
    for (let k = first; k < last; k += 8) {
      a = f32x4.add(a, f32x4.mul(v128.load32_splat(k, 4), v128.load(weights + usize(load<u32>(k)) + j)));
    }
    v128.store(out + j, a);
  }
}

/** Begins a presentation: states and limits of neurons that are driven by what stands in `limits`. */
function settle(layer: usize, drop: f32): void {
  const post = whole(layer, layout.LAYER_POST);
  const padded = usize((post + 31) & ~31);
  const silent = address(layer, layout.LAYER_SILENT);
  const states = address(net, layout.NET_STATE);
  const limits = address(net, layout.NET_LIMITS);
  const rise = f32x4.splat(single(net, layout.NET_SETTLE));
  const theta = f32x4.splat(leaky ? drop : 0);
  const zero = f32x4.splat(0);
  for (let j: usize = 0; j < padded << 2; j += 16) {
    const v = f32x4.mul(v128.load(limits + j), rise);
    v128.store(states + j, leaky ? f32x4.sub(zero, v) : zero);
    v128.store(limits + j, f32x4.sub(theta, v));
  }
  for (let j = post; j < i32(padded); j++) store<f32>(limits + (usize(j) << 2), Infinity);
  if (silent) {
    for (let j = 0; j < post; j++) {
      if (load<u8>(silent + usize(j))) store<f32>(limits + (usize(j) << 2), Infinity);
    }
  }
  memory.fill(address(net, layout.NET_WAITING), 0, padded);
  const untils = address(net, layout.NET_UNTIL);
  const long = f32x4.splat(-Infinity);
  for (let j: usize = 0; j < padded << 2; j += 16) v128.store(untils + j, long);
}

/**
 * Without input spikes each neuron fires at even intervals: from rest it crosses at tau ln r, r = v / (v - theta) with v where
 * it would settle, and as a spike takes theta it is again as far from v times r^n after n of them. A refractory period
 * that is longer makes all but the first interval its own.
 */
function undisturbed(layer: usize, drop: f32, hold: f32): void {
  const post = whole(layer, layout.LAYER_POST);
  const states = address(net, layout.NET_STATE);
  const limits = address(net, layout.NET_LIMITS);
  const intervals = address(net, layout.NET_UNTIL);
  const tau = double(net, layout.NET_TAU);
  const duration = double(net, layout.NET_DURATION);
  const theta = f32x4.splat(drop);
  const zero = f32x4.splat(0);
  for (let first = 0; first < post && !overfull(); first += 4) {
    const at = usize(first) << 2;
    const l = v128.load(limits + at);
    let hits = i32x4.bitmask(f32x4.lt(l, zero));
    if (!hits) continue;
    // theta - limit is where it settles.
    v128.store(intervals + at, log4(f32x4.div(f32x4.sub(zero, theta), f32x4.sub(theta, l))));
    while (hits) {
      const own = at + (usize(ctz(hits)) << 2);
      const j = first + ctz(hits);
      hits &= hits - 1;
      if (j >= post) break;
      const interval = -tau * f64(load<f32>(intervals + own));
      const v = f64(drop - load<f32>(limits + own));
      const ratio = v / (v - f64(drop));
      const waits = hold > 0 && ratio < f64(hold);
      const period = waits ? tau * ln(f64(hold)) : interval;
      const factor = waits ? f64(hold) : ratio;
      let e = ratio;
      let sum: f64 = 0;
      for (let n = 0; !overfull(); n++) {
        const t = interval + f64(n) * period;
        if (t > duration) break;
        sum += e;
        emit(t, f32(e), j);
        e *= factor;
      }
      store<f32>(states + own, load<f32>(states + own) - f32(f64(drop) * sum));
    }
  }
}

// @ts-ignore: decorator
@external("env", "log")
declare function ln(x: f64): f64;

/** What the sweep passes over the neurons of a layer; see `EVENT`. */
function listEvents(layer: usize, source: usize, count: i32, gain: f32): void {
  const pre = whole(layer, layout.LAYER_PRE);
  const stride = u32(whole(layer, layout.LAYER_POST)) << 2;
  const times = address(source, layout.SHOWN_TIMES);
  const neurons = address(source, layout.SHOWN_NEURONS);
  const es = address(source, layout.SHOWN_ES);
  let to = address(net, layout.NET_EVENTS);
  for (let k: usize = 0; k < usize(count); k++) {
    const i = load<i32>(neurons + (k << 2));
    const e = load<f32>(es + (k << 2));
    const x = leaky ? gain * e : gain;
    store<u32>(to, u32(i < pre ? i : i - pre) * stride);
    store<f32>(to, i < pre ? x : -x, 4);
    store<f32>(to, e, 8);
    store<u32>(to, load<f64>(times + (k << 3), 8) == load<f64>(times + (k << 3)) ? 0 : 1, 12);
    to += EVENT;
  }
  store<u32>(to - EVENT, 1, 12);
}

/** Floats times a factor, as doubles. */
function promote(from: usize, factor: f32, to: usize, count: i32): void {
  for (let j: usize = 0; j < usize(count); j++) {
    store<f64>(to + (j << 3), f64(load<f32>(from + (j << 2)) * factor));
  }
}

// @ts-ignore: decorator
@inline
function put(to: usize, j: usize, x: v128): void {
  v128.store(to + (j << 3), f64x2.promote_low_f32x4(x));
  v128.store(to + (j << 3), f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 1)), 16);
}

/** What is read of hidden neurons; see `Reading`. @param unit  trace of a spike at the beginning */
function read(target: usize, post: i32, unit: f32): void {
  const states = address(net, layout.NET_STATE);
  const limits = address(net, layout.NET_LIMITS);
  const spent = address(net, layout.NET_SPENT);
  const trace = address(target, layout.SHOWN_TRACE);
  const potential = address(target, layout.SHOWN_POTENTIAL);
  const drive = address(target, layout.SHOWN_DRIVE);
  const response = address(target, layout.SHOWN_RESPONSE);
  const gate = address(target, layout.SHOWN_GATE);
  const drives = is(net, layout.NET_READS_DRIVE);
  const own = f32x4.splat(unit);
  const left = f32x4.splat(single(net, layout.NET_LEFT));
  const end = f32x4.splat(single(net, layout.NET_END));
  const theta = f32x4.splat(single(net, layout.NET_THRESHOLD));
  const near = f32x4.mul(theta, f32x4.splat(0.5));
  const scale = f32x4.splat(single(net, layout.NET_SCALE));
  const most = f32x4.mul(scale, f32x4.splat(single(net, layout.NET_SATURATION)));
  const zero = f32x4.splat(0);
  const never = f32x4.splat(Infinity);
  for (let j: usize = 0; j < usize(post); j += 4) {
    const l = v128.load(limits + (j << 2));
    const u = v128.load(states + (j << 2));
    const silent = f32x4.eq(l, never);
    const a = f32x4.mul(own, v128.load(spent + (j << 2)));
    let v = leaky
      ? f32x4.add(f32x4.sub(theta, l), f32x4.mul(u, left))
      : f32x4.sub(u, f32x4.mul(l, end));
    v = v128.andnot(v, silent);
    put(trace, j, a);
    put(potential, j, v);
    if (drives) {
      const sum = v128.andnot(f32x4.add(a, f32x4.mul(scale, v)), silent);
      put(drive, j, sum);
      put(response, j, f32x4.max(zero, sum));
      put(gate, j, v128.and(scale, v128.and(f32x4.gt(sum, zero), f32x4.lt(sum, most))));
    } else {
      put(drive, j, a);
      put(response, j, a);
      const open = v128.and(v128.or(f32x4.gt(a, zero), f32x4.gt(v, near)), f32x4.lt(v, theta));
      put(gate, j, v128.and(scale, v128.andnot(open, silent)));
    }
  }
}
