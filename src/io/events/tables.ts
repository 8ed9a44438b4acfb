import { InputError } from "../../errors.ts";
import { decodeNpz, numbersOf } from "../npz.ts";
import { type CameraEvents, EventList } from "./events.ts";

/**
 * Events of a NumPy archive with one array for each of `t`, `x`, `y` and `p` (times in microseconds, pixels, polarity 0
 * or 1, or -1 or 1).
 * @throws InputError when an array is missing or they do not match
 */
export function decodeEventsNpz(bytes: Uint8Array, file: string): CameraEvents {
  const arrays = decodeNpz(bytes, file);
  const [t, x, y, p] = ["t", "x", "y", "p"].map(name => numbersOf(arrays, name, file)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  if ([x, y, p].some(list => list.length !== t.length))
    throw new InputError(
      `${file}: expected ${t.length} of x, y and p, got ${x.length}, ${y.length}, ${p.length}`,
    );
  const events = new EventList();
  t.forEach((time, k) => {
    push(events, time, x[k]!, y[k]!, p[k]!, `${file}: event ${k}`);
  });
  return events.events();
}

/**
 * Events of a table with the columns `t` (in microseconds), `x`, `y` and `p` in any order, separated by commas.
 * @throws InputError that names the line
 */
export function decodeEventsCsv(text: string, file: string): CameraEvents {
  const lines = text.split(/\r?\n/);
  const names = (lines[0] ?? "").split(",").map(name => name.trim());
  const places = ["t", "x", "y", "p"].map(name => names.indexOf(name));
  if (places.includes(-1))
    throw new InputError(`${file}, line 1: expected the columns t, x, y, p, got "${lines[0]?.slice(0, 60)}"`);
  const events = new EventList();
  lines.slice(1).forEach((line, k) => {
    if (line === "") return;
    const fields = line.split(",");
    const [t, x, y, p] = places.map(place =>
      fields[place]?.trim() ? Number(fields[place]) : Number.NaN,
    ) as [number, number, number, number];
    push(events, t, x, y, p, `${file}, line ${k + 2}`);
  });
  return events.events();
}

function push(events: EventList, t: number, x: number, y: number, p: number, where: string): void {
  const pixel = [x, y].every(c => Number.isInteger(c) && c >= 0 && c < 2 ** 15);
  if (!(Number.isFinite(t) && pixel && (p === 0 || p === 1 || p === -1)))
    throw new InputError(`${where}: expected t, x, y and p of 0 or 1, got ${t}, ${x}, ${y}, ${p}`);
  events.push(t * 1e-3, x, y, p > 0 ? 1 : 0);
}
