import type { Raster } from "../../engine/record/raster.ts";
import { InputError, shown } from "../../errors.ts";
import { readText } from "../../files/regular.ts";

/*
 * Spikes of SONATA as text: a row each, a header that names the columns `timestamps` [ms], `node_ids` (`gids` at first)
 * and, where there are several, `population`, in any order, between spaces, tabs, commas or semicolons.
 */

/** [bytes] Of a text of spikes. */
const LARGEST = 2 ** 28;

const cells = (line: string) =>
  line
    .trim()
    .split(/\s*[,;]\s*|\s+/)
    .map(cell => cell.replace(/^"(.*)"$/, "$1"));

interface Columns {
  readonly time: number;
  readonly node: number;
  readonly population: number;
  readonly count: number;
}

function columnsOf(header: string): Columns | null {
  const names = cells(header.replace(/^\uFEFF/, "").replace(/^#\s*/, "")).map(name => name.toLowerCase());
  const place = (...wanted: string[]) => names.findIndex(name => wanted.includes(name));
  const [time, node] = [place("timestamps", "timestamp"), place("node_ids", "node_id", "gids", "gid")];
  if (time === -1 || node === -1) return null;
  return { time, node, population: place("population", "populations"), count: names.length };
}

/** Whether a text begins as such a table does. */
export function isSonataText(text: string): boolean {
  return columnsOf(text.split(/\r?\n/, 1)[0] ?? "") !== null;
}

/**
 * The spikes of such a table; without a column of populations they are those of one, `spikes`.
 * @throws InputError that names the line
 */
export function readSonataText(path: string): Omit<Raster, "traces" | "metadata"> {
  const text = readText(path, LARGEST);
  const [header = "", ...lines] = text.split(/\r?\n/);
  const columns = columnsOf(header);
  if (!columns)
    throw new InputError(`${path}, line 1: expected timestamps and node_ids, got ${shown(header)}`);
  const populations: { name: string; size: number }[] = [];
  const index = new Map<string, number>();
  const rows: [time: number, p: number, node: number][] = [];
  lines.forEach((line, k) => {
    if (line.trim() === "" || line.startsWith("#")) return;
    const row = cells(line);
    const fail = (expected: string, got: unknown) =>
      new InputError(`${path}, line ${k + 2}: expected ${expected}, got ${shown(got)}`);
    if (row.length !== columns.count) throw fail(`${columns.count} columns`, line);
    const [time, node] = [Number(row[columns.time]), Number(row[columns.node])];
    if (!(row[columns.time] !== "" && time >= 0 && time < Infinity))
      throw fail("a time in ms", row[columns.time]);
    if (!(row[columns.node] !== "" && Number.isInteger(node) && node >= 0 && node < 2 ** 32))
      throw fail("a node, from 0", row[columns.node]);
    const name = columns.population === -1 ? "spikes" : row[columns.population];
    const p = index.get(name) ?? populations.push({ name, size: 0 }) - 1;
    index.set(name, p);
    populations[p].size = Math.max(populations[p].size, node + 1);
    if (populations.length > 65_536) throw fail("at most 65536 populations", name);
    rows.push([time, p, node]);
  });
  const times = Float64Array.from(rows, ([time]) => time);
  return {
    durationMs: times.reduce((most, t) => Math.max(most, t), 0),
    populations,
    times,
    populationIndex: Uint16Array.from(rows, ([, p]) => p),
    neurons: Uint32Array.from(rows, ([, , node]) => node),
  };
}
