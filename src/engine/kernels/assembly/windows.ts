// AssemblyScript. What reaches a population in a window of time: packets, which are stretches of rows and single inputs.
import * as layout from "../layout";
import { delayOf, instant } from "./instant";
import { address, double, setDouble, setWhole, whole } from "./record";
import { nextShots } from "./shots";

/** Adds the packets of rows on their way that arrive before `until`; returns whether there was room. */
export function takeFlights(flights: usize, window: usize, until: f64): i32 {
  const list = address(flights, layout.FLIGHTS_LIST);
  const delays = address(flights, layout.FLIGHTS_DELAYS);
  const rows = whole(flights, layout.FLIGHTS_ROWS);
  const order = whole(flights, layout.FLIGHTS_ORDER);
  const packets = address(window, layout.WINDOW_PACKETS);
  const room = whole(window, layout.WINDOW_ROOM);
  let count = whole(window, layout.WINDOW_COUNT);
  let left = whole(flights, layout.FLIGHTS_COUNT);
  let fits = 1;
  for (let k = 0; k < left && fits; ) {
    const flight = list + usize(k) * layout.FLIGHT_BYTES;
    let next = load<f64>(flight);
    if (next >= until) {
      k++;
      continue;
    }
    const fired = load<f64>(flight, layout.FLIGHT_FIRED);
    const end = load<u32>(flight, layout.FLIGHT_END);
    let s = load<u32>(flight, layout.FLIGHT_NEXT);
    while (s < end && next < until) {
      if (count == room) {
        fits = 0;
        break;
      }
      const delay = load<f32>(delays + (usize(s) << 2));
      const from = s++;
      while (s < end && load<f32>(delays + (usize(s) << 2)) == delay) s++;
      const packet = packets + usize(count++) * layout.PACKET_BYTES;
      store<f64>(packet, next);
      store<i32>(packet, rows, layout.PACKET_ROWS);
      store<u32>(packet, from, layout.PACKET_FROM);
      store<u32>(packet, s, layout.PACKET_TO);
      store<u32>(packet, load<u32>(flight, layout.FLIGHT_ROW), layout.PACKET_ROW);
      store<i32>(packet, order, layout.PACKET_ORDER);
      if (s < end) next = instant(fired + delayOf(load<f32>(delays + (usize(s) << 2))));
    }
    if (s < end) {
      store<f64>(flight, next);
      store<u32>(flight, s, layout.FLIGHT_NEXT);
      k++;
    } else {
      const last = list + usize(--left) * layout.FLIGHT_BYTES;
      v128.store(flight, v128.load(last));
      v128.store(flight, v128.load(last, 16), 16);
    }
  }
  setWhole(window, layout.WINDOW_COUNT, count);
  setWhole(flights, layout.FLIGHTS_COUNT, left);
  return fits;
}

/** A row of synapses with delays of their own has been fired. */
export function addFlight(flights: usize, fired: f64, row: u32, from: u32, to: u32): void {
  const count = whole(flights, layout.FLIGHTS_COUNT);
  const flight = address(flights, layout.FLIGHTS_LIST) + usize(count) * layout.FLIGHT_BYTES;
  const delay = load<f32>(address(flights, layout.FLIGHTS_DELAYS) + (usize(from) << 2));
  store<f64>(flight, instant(fired + delayOf(delay)));
  store<f64>(flight, fired, layout.FLIGHT_FIRED);
  store<u32>(flight, from, layout.FLIGHT_NEXT);
  store<u32>(flight, to, layout.FLIGHT_END);
  store<u32>(flight, row, layout.FLIGHT_ROW);
  setWhole(flights, layout.FLIGHTS_COUNT, count + 1);
}

/** Adds Poisson inputs before `until`; returns whether there was room. */
export function takeShots(shots: usize, window: usize, until: f64): i32 {
  const neurons = whole(shots, layout.SHOTS_NEURONS);
  const next = address(shots, layout.SHOTS_NEXT);
  const least = address(shots, layout.SHOTS_LEAST);
  const times = address(shots, layout.SHOTS_TIMES);
  const places = address(shots, layout.SHOTS_PLACES);
  const weight = double(shots, layout.SHOTS_WEIGHT);
  const order = whole(shots, layout.SHOTS_ORDER);
  const packets = address(window, layout.WINDOW_PACKETS);
  const room = whole(window, layout.WINDOW_ROOM);
  const together = whole(shots, layout.SHOTS_TOGETHER);
  let count = whole(window, layout.WINDOW_COUNT);
  for (let first = 0, b: usize = 0; first < neurons; first += together, b += 8) {
    if (load<f64>(least + b) >= until) continue;
    const last = min(first + together, neurons);
    let soonest: f64 = Infinity;
    for (let j = first; j < last; j++) {
      let t = load<f64>(next + (usize(j) << 3));
      if (t < until) {
        const at = places + (usize(j) << 2);
        let place = load<u32>(at);
        do {
          if (count == room) {
            store<u32>(at, place);
            store<f64>(next + (usize(j) << 3), t);
            setWhole(window, layout.WINDOW_COUNT, count);
            return 0;
          }
          const packet = packets + usize(count++) * layout.PACKET_BYTES;
          store<f64>(packet, t);
          store<i32>(packet, 0, layout.PACKET_ROWS);
          store<i32>(packet, j, layout.PACKET_FROM);
          store<f64>(packet, weight, layout.PACKET_WEIGHT);
          store<i32>(packet, order, layout.PACKET_ORDER);
          if (++place == 8) {
            nextShots(shots, j);
            place = 0;
          }
          t = load<f64>(times + (usize(j) << 6) + (usize(place) << 3));
        } while (t < until);
        store<u32>(at, place);
        store<f64>(next + (usize(j) << 3), t);
      }
      soonest = min(soonest, t);
    }
    store<f64>(least + b, soonest);
  }
  setWhole(window, layout.WINDOW_COUNT, count);
  return 1;
}

// @ts-ignore: decorator
@inline
function move(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
}

/** Whether packet a comes before b: by time, then order, row and synapse. */
// @ts-ignore: decorator
@inline
function before(a: usize, b: usize): bool {
  const ta = load<f64>(a);
  const tb = load<f64>(b);
  return ta < tb || (ta == tb && beforeAtOnce(a, b));
}

function beforeAtOnce(a: usize, b: usize): bool {
  const oa = load<i32>(a, layout.PACKET_ORDER);
  const ob = load<i32>(b, layout.PACKET_ORDER);
  if (oa != ob) return oa < ob;
  if (load<u32>(a, layout.PACKET_ROWS)) {
    const ra = load<u32>(a, layout.PACKET_ROW);
    const rb = load<u32>(b, layout.PACKET_ROW);
    if (ra != rb) return ra < rb;
  }
  return load<u32>(a, layout.PACKET_FROM) < load<u32>(b, layout.PACKET_FROM);
}

/** Brings the packets of a window, which begin at `from` and end before `until`, in order. */
export function sortPackets(window: usize, from: f64, until: f64): void {
  const packets = address(window, layout.WINDOW_PACKETS);
  const count = whole(window, layout.WINDOW_COUNT);
  const end = packets + usize(count) * layout.PACKET_BYTES;
  if (count > 16 && until > from) {
    // Into as many buckets as there are packets, then each among its neighbours.
    const spare = address(window, layout.WINDOW_SPARE);
    const places = address(window, layout.WINDOW_PLACES);
    memory.fill(places, 0, (usize(count) + 1) << 2);
    const scale = f64(count) / (until - from);
    const most = count - 1;
    for (let at = packets, to = spare; at < end; at += layout.PACKET_BYTES, to += layout.PACKET_BYTES) {
      move(to, at);
      const bucket = places + (usize(min(max(i32((load<f64>(at) - from) * scale), 0), most)) << 2);
      store<u32>(bucket, load<u32>(bucket, 4) + 1, 4);
    }
    for (let k: usize = 4; k <= usize(count) << 2; k += 4)
      store<u32>(places + k, load<u32>(places + k) + load<u32>(places + k - 4));
    const stop = spare + usize(count) * layout.PACKET_BYTES;
    for (let at = spare; at < stop; at += layout.PACKET_BYTES) {
      const bucket = places + (usize(min(max(i32((load<f64>(at) - from) * scale), 0), most)) << 2);
      const place = load<u32>(bucket);
      store<u32>(bucket, place + 1);
      move(packets + usize(place) * layout.PACKET_BYTES, at);
    }
  }
  for (let at = packets + layout.PACKET_BYTES; at < end; at += layout.PACKET_BYTES) {
    if (!before(at, at - layout.PACKET_BYTES)) continue;
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const held = address(window, layout.WINDOW_SPARE);
    v128.store(held, a);
    v128.store(held, b, 16);
    let to = at;
    do {
      move(to, to - layout.PACKET_BYTES);
      to -= layout.PACKET_BYTES;
    } while (to > packets && before(held, to - layout.PACKET_BYTES));
    v128.store(to, a);
    v128.store(to, b, 16);
  }
}

/** Notes a spike; returns whether there was room. */
export function note(window: usize, t: f64, neuron: i32): bool {
  const count = whole(window, layout.WINDOW_FIRED);
  if (count == whole(window, layout.WINDOW_SPIKES_ROOM)) return false;
  const spike = address(window, layout.WINDOW_SPIKES) + usize(count) * layout.SPIKE_BYTES;
  store<f64>(spike, t);
  store<i32>(spike, neuron, layout.SPIKE_NEURON);
  setWhole(window, layout.WINDOW_FIRED, count + 1);
  return true;
}

/** Packets are done; their synapses count. */
export function count(window: usize, synapses: f64): void {
  setDouble(window, layout.WINDOW_EVENTS, double(window, layout.WINDOW_EVENTS) + synapses);
  setWhole(window, layout.WINDOW_COUNT, 0);
}
