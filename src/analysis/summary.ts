import type { Raster } from "../engine/record/raster.ts";
import { crossCorrelogram } from "./correlogram.ts";
import { vanRossum, victorPurpura } from "./distances.ts";
import { cv, cv2, intervalHistogram, intervals } from "./intervals.ts";
import { populationRates, trainFano } from "./rates.ts";
import { spikeDistance } from "./spikeDistance.ts";
import { activeTrains } from "./spikeTrains.ts";

/** One number of a summary: of which population, which statistic. */
export interface SummaryRow {
  readonly population: string;
  readonly statistic: string;
  /** Lower edge or centre of a bin [ms]; null for a single number. */
  readonly at: number | null;
  /** null where the statistic is not defined: too few spikes. */
  readonly value: number | null;
  readonly unit: string;
}

/**
 * Distances between trains compare each with each, and each spike with each: those of the first active neurons, up to so
 * many of them and so many spikes.
 */
const MOST_COMPARED = 40;
const MOST_SPIKES = 2 ** 15;
/** [ms] Windows and time constants of the statistics that need one; their names carry them. */
const COUNT_WINDOW = 5;
const DISTANCE_TAU = 10;
const BINS = 20;

/**
 * Statistics of every population of a raster: rates, intervals (means over the neurons that have enough spikes), and
 * distances between trains (means over pairs). Sources stand with each function.
 */
export function summarise(raster: Raster): SummaryRow[] {
  const rates = populationRates(raster);
  const trains = activeTrains(raster);
  return raster.populations.flatMap(({ name, size }, p) => {
    const row = (statistic: string, value: number, unit: string, at: number | null = null): SummaryRow => ({
      population: name,
      statistic,
      at,
      value: Number.isFinite(value) ? value : null,
      unit,
    });
    const { spikes, rateHz } = rates[p];
    const active = [...trains[p].values()];
    const compared = firstTrains(active);
    const isis = active.map(intervals);
    const all = together(isis);
    const fano = active.map(train => trainFano(train, COUNT_WINDOW, raster.durationMs));
    const width = raster.durationMs / BINS;
    const rows = [
      row("neurons", size, "1"),
      row("spikes", spikes, "1"),
      row("rate", rateHz, "Hz"),
      row("active neurons", active.length, "1"),
      row("mean interval", mean(all), "ms"),
      row("CV", mean(isis.map(cv)), "1"),
      row("CV2", mean(isis.map(cv2)), "1"),
      row(`Fano factor (${COUNT_WINDOW} ms)`, mean(fano), "1"),
      row("neurons compared", compared.length, "1"),
      ...pairs(compared, raster.durationMs).map(([statistic, value]) => row(statistic, value, "1")),
    ];
    if (!(width > 0)) return rows;
    const histogram = intervalHistogram(all, width, BINS);
    const correlogram = new Float64Array(BINS + 1);
    for (let i = 0; i < compared.length; i++)
      for (let j = 0; j < i; j++)
        crossCorrelogram(compared[j], compared[i], width, (BINS / 2) * width).forEach((n, k) => {
          correlogram[k] += n;
        });
    rows.push(...Array.from(histogram, (n, k) => row("interval histogram", n, "1", k * width)));
    rows.push(...Array.from(correlogram, (n, k) => row("cross-correlogram", n, "1", (k - BINS / 2) * width)));
    return rows;
  });
}

/** The same as a table for spreadsheets. */
export function summaryToCsv(rows: readonly SummaryRow[]): string {
  const quoted = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rows.map(({ population, statistic, at, value, unit }) =>
    [quoted(population), quoted(statistic), at ?? "", value ?? "", unit].join(","),
  );
  return `population,statistic,at_ms,value,unit\n${lines.join("\n")}\n`;
}

function firstTrains(active: readonly Float64Array[]): Float64Array[] {
  let spikes = 0;
  const more = active.findIndex(({ length }) => (spikes += length) > MOST_SPIKES);
  return active.slice(0, Math.min(MOST_COMPARED, more === -1 ? active.length : more));
}

function together(lists: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}

function pairs(trains: readonly Float64Array[], durationMs: number): [string, number][] {
  const values = { spike: [] as number[], victor: [] as number[], rossum: [] as number[] };
  for (let i = 0; i < trains.length; i++) {
    for (let j = 0; j < i; j++) {
      values.spike.push(spikeDistance(trains[i], trains[j], durationMs));
      values.victor.push(victorPurpura(trains[i], trains[j], 1 / DISTANCE_TAU));
      values.rossum.push(vanRossum(trains[i], trains[j], DISTANCE_TAU));
    }
  }
  return [
    ["SPIKE-distance", mean(values.spike)],
    [`Victor-Purpura distance (q = ${1 / DISTANCE_TAU}/ms)`, mean(values.victor)],
    [`van Rossum distance (tau = ${DISTANCE_TAU} ms)`, mean(values.rossum)],
  ];
}

/** Of those that are numbers. */
function mean(values: ArrayLike<number>): number {
  let [sum, n] = [0, 0];
  for (let k = 0; k < values.length; k++) {
    if (!Number.isNaN(values[k])) [sum, n] = [sum + values[k], n + 1];
  }
  return sum / n;
}
