import { InputError, shown } from "../../errors.ts";
import { decodeNpy, type NpyArray, type NpyNumbers } from "../npy.ts";
import { decodeNpz } from "../npz.ts";
import { Clock } from "./clock.ts";
import { type CameraEvents, EventList } from "./events.ts";

/** What a column may be called; a time may have its unit behind it, as in `t_us` or `time [s]`. */
const names = {
  t: /^(?:t|ts|times?|timestamps?)(?:(?:[ _]|[ _]?[[(])(ns|us|µs|ms|s)[\])]?)?$/i,
  x: /^x$/i,
  y: /^y$/i,
  p: /^(?:p|pol|polarity)$/i,
};
type Column = keyof typeof names;
const expected = "t, x, y and p";
/** [ms] */
const units = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000 };
type Unit = keyof typeof units;

/** Where the columns are among the names of a table; null unless all are there. A line of pixels has no y: -1. */
function placesOf(given: readonly string[]): (Record<Column, number> & { unit?: Unit }) | null {
  const place = (name: Column) => given.findIndex(own => names[name].test(own.trim()));
  const places = { t: place("t"), x: place("x"), y: place("y"), p: place("p") };
  if (places.t < 0 || places.x < 0 || places.p < 0) return null;
  const unit = names.t.exec(given[places.t].trim())![1]?.toLowerCase() as Unit | undefined;
  return { ...places, ...(unit && { unit }) };
}

/** Whether a line of text names the columns of a table of events. */
export function namesEvents(line: string): boolean {
  return placesOf(split(withoutMark(line), separatorOf(line))) !== null;
}

/** Whether a line of text holds the four numbers of an event. */
export function isEvent(line: string): boolean {
  const fields = split(line, separatorOf(line));
  return fields.length === 4 && fields.every(field => Number.isFinite(numberOf(field)));
}

/**
 * Collects the rows of a table. Without a unit in its name, times with fractions are seconds, as in the event-camera
 * data set (Mueggler et al. 2017, Int J Robot Res 36:142), and whole ones microseconds, as cameras count them.
 */
class Rows {
  readonly #ticks: number[] = [];
  readonly #events = new EventList();
  #fractions = false;

  add(t: number, x: number, y: number, p: number, where: string): void {
    const pixel = [x, y].every(c => Number.isInteger(c) && c >= 0 && c < 2 ** 15);
    if (!(Number.isFinite(t) && pixel && (p === 0 || p === 1 || p === -1)))
      throw new InputError(`${where}: expected t, x, y and p of 0 or 1, got ${t}, ${x}, ${y}, ${p}`);
    this.#fractions ||= !Number.isInteger(t);
    this.#ticks.push(t);
    this.#events.push(0, x, y, p > 0 ? 1 : 0);
  }

  events(
    { unit, y }: { readonly unit?: Unit; readonly y: number },
    size?: { width: number; height: number },
  ): CameraEvents {
    const taken = unit ?? (this.#fractions ? "s" : "us");
    const why = this.#fractions ? "seconds, as they have fractions" : "microseconds, as they are whole";
    const notes = [
      ...(unit ? [] : [`took the times in ${why}; a column named t_s, t_ms, t_us or t_ns says its unit`]),
      ...(y < 0 ? ["found no y, and took one row of pixels"] : []),
    ];
    const scale = units[taken];
    return {
      ...this.#events.events(size, notes),
      times: Float64Array.from(this.#ticks, t => t * scale),
    };
  }
}

/**
 * Events of a NumPy archive: one array for each of `t`, `x`, `y` and `p` (polarity 0 or 1, or -1 or 1), or one array
 * with these fields.
 * @throws InputError when an array is missing or they do not match
 */
export function decodeEventsNpz(bytes: Uint8Array, file: string): CameraEvents {
  const arrays = decodeNpz(bytes, file);
  if (placesOf([...arrays.keys()])) return fromColumns(arrays, file);
  const tables = [...arrays].filter(([, { data }]) => data instanceof Map);
  if (tables.length === 1) return fromTable(tables[0][1], `${file}: ${tables[0][0]}`);
  const list = [...arrays].slice(0, 8).map(([name, array]) => `${shown(name)} (${described(array)})`);
  throw new InputError(
    `${file}: expected arrays ${expected}, or one array with these fields, got ${list.join(", ") || "none"}`,
  );
}

/** The same of a NumPy file of one array. */
export function decodeEventsNpy(bytes: Uint8Array, file: string): CameraEvents {
  return fromTable(decodeNpy(bytes, file), file);
}

function fromTable(array: NpyArray, file: string): CameraEvents {
  const { data, shape } = array;
  if (!(data instanceof Map) || !placesOf([...data.keys()])) {
    const fix = data instanceof Map ? "" : "; numpy.rec.fromarrays gives names to the columns";
    throw new InputError(
      `${file}: expected an array with the fields ${expected}, got one of ${described(array)}${fix}`,
    );
  }
  return fromColumns(new Map([...data].map(([name, own]) => [name, { dtype: "", shape, data: own }])), file);
}

function described({ data, shape, dtype }: NpyArray): string {
  const what = data instanceof Map ? `fields ${[...data.keys()].slice(0, 8).map(shown).join(", ")}` : dtype;
  return `${shape.join(" x ") || "1"} ${what}`;
}

function fromColumns(arrays: ReadonlyMap<string, NpyArray>, file: string): CameraEvents {
  const keys = [...arrays.keys()];
  const places = placesOf(keys)!;
  const column = (name: Column): NpyNumbers | null => {
    const key = keys[places[name]];
    if (key === undefined) return null;
    const { data } = arrays.get(key)!;
    if (ArrayBuffer.isView(data)) return data as NpyNumbers;
    throw new InputError(`${file}: ${shown(key)}: expected numbers, got ${described(arrays.get(key)!)}`);
  };
  const [t, x, y, p] = [column("t")!, column("x")!, column("y"), column("p")!];
  if ([x, y ?? x, p].some(list => list.length !== t.length))
    throw new InputError(
      `${file}: expected ${t.length} of x, y and p, got ${x.length}, ${y?.length ?? "none"}, ${p.length}`,
    );
  // A counter of 32 bits runs over after 71 minutes, a signed one into negative numbers.
  const clock = t instanceof Int32Array || t instanceof Uint32Array ? new Clock(32) : null;
  const rows = new Rows();
  for (let k = 0; k < t.length; k++) {
    const time = clock ? clock.at(Number(t[k])) : Number(t[k]);
    rows.add(time, Number(x[k]), y ? Number(y[k]) : 0, Number(p[k]), `${file}: event ${k}`);
  }
  return rows.events(places);
}

/**
 * Events of a text, one a line: a table whose first line, or a comment before it, names the columns in any order, or
 * lines of `t x y p`; separated by commas, semicolons or spaces. A line of two numbers before them is the sensor's
 * width and height.
 * @throws InputError that names the line
 */
export function decodeEventsCsv(text: string, file: string): CameraEvents {
  const rows = new Rows();
  let places: ReturnType<typeof placesOf> = null;
  let size: { width: number; height: number } | undefined;
  let [line, count] = [0, 0];
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf("\n", at);
    const end = next === -1 ? text.length : next;
    const row = text.slice(at, end).trim();
    at = end + 1;
    line++;
    if (row === "") continue;
    const where = `${file}, line ${line}`;
    const separator = separatorOf(row);
    if (row.startsWith("#")) {
      if (count === 0) places ??= placesOf(split(withoutMark(row), separator));
      continue;
    }
    const fields = split(row, separator);
    if (count === 0 && size === undefined && fields.length === 2) {
      const [width, height] = fields.map(Number) as [number, number];
      const ok = [width, height].every(n => Number.isInteger(n) && n > 0 && n <= 2 ** 15);
      if (ok) {
        size = { width, height };
        continue;
      }
    }
    const named = count === 0 ? placesOf(fields) : null;
    if (named) {
      places = named;
      continue;
    }
    if (places === null) {
      if (!isEvent(row))
        throw new InputError(
          `${where}: expected the columns t, x, y, p, or numbers t x y p, got ${shown(row)}`,
        );
      places = { t: 0, x: 1, y: 2, p: 3 };
    }
    const value = (place: number) => numberOf(fields[place]);
    const [t, x, p] = [value(places.t), value(places.x), value(places.p)];
    const y = places.y < 0 ? 0 : value(places.y);
    if (size && !(x < size.width && y < size.height))
      throw new InputError(
        `${where}: expected a pixel of ${size.width} x ${size.height}, got ${shown(x)}, ${shown(y)}`,
      );
    rows.add(t, x, y, p, where);
    count++;
  }
  if (places === null) throw new InputError(`${file}: expected the columns t, x, y, p, got no such line`);
  return rows.events(places, size);
}

function separatorOf(row: string): string | RegExp {
  return row.includes(",") ? "," : row.includes(";") ? ";" : /\s+/;
}

function split(row: string, separator: string | RegExp): string[] {
  return row
    .trim()
    .split(separator)
    .map(field => field.trim());
}

/** A comment without its mark. */
function withoutMark(row: string): string {
  return row.replace(/^#+/, "");
}

/** NaN for what is none; true and false are written by tables of polarities. */
function numberOf(field: string | undefined): number {
  if (!field) return Number.NaN;
  if (/^(true|false)$/i.test(field)) return field.toLowerCase() === "true" ? 1 : 0;
  return Number(field);
}
