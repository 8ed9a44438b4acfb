/**
 * Errors of steps of 0.1 ms of the neurons without an exact solution, the engine's and NEST's, against the same equations
 * in double precision and steps of 0.002 ms.
 *
 *     npm run build && node dist/experiments/integrators/experiment.js [--nest PYTHON]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inEmptyFolder, resultOf } from "../../bench/runs.ts";
import { cells, firing, input, reference } from "./cells.ts";
import { fired, potentials } from "./engine.ts";

const { values } = parseArgs({ options: { nest: { type: "string" } } });
const [MS, PER_MS, SPIKES] = [2000, 2, 20];

interface Theirs {
  readonly potentials: readonly number[];
  readonly spikes: readonly number[];
}

const known = cells.map(cell => {
  const given = input(cell, MS, PER_MS);
  const spikes = firing(cell, SPIKES);
  return {
    cell,
    given,
    spikes,
    exact: reference(cell, given, MS),
    firingMs: Math.ceil(spikes[SPIKES - 1]) + 20,
  };
});

const peer = fileURLToPath(new URL("../../../experiments/integrators/nest_integrators.py", import.meta.url));

function inNest(python: string): { simulator: string; found: Theirs[] } {
  return inEmptyFolder(folder => {
    const file = join(folder, "cells.json");
    const list = known.map(({ cell: { nest, bias }, given, firingMs }) => {
      const { model, parameters, perWeight, perCurrent } = nest;
      return { model, parameters, perWeight, current: bias * perCurrent, ms: MS, firingMs, ...given };
    });
    writeFileSync(file, JSON.stringify(list));
    const { simulator } = resultOf(python, [peer, file]);
    return { simulator, found: JSON.parse(readFileSync(`${file}.found`, "utf8")) };
  });
}

/** Largest and mean square error of the potential [mV], from the first multiple of 0.1 ms on. */
function errors(found: ArrayLike<number>, exact: Float64Array) {
  let [most, squares] = [0, 0];
  for (let n = 1; n < exact.length; n++) {
    const apart = Math.abs(found[n] - exact[n]);
    most = Math.max(most, apart);
    squares += apart * apart;
  }
  return { most, rms: Math.sqrt(squares / (exact.length - 1)) };
}

const theirs = values.nest === undefined ? null : inNest(values.nest);
const digits = (x: number) => Number(x.toPrecision(3));
const rows = known.map(({ cell, given, exact, spikes }, k) => {
  const row = (v: ArrayLike<number>, times: ArrayLike<number>) => {
    const { most, rms } = errors(v, exact);
    const late = Array.from(spikes, (t, n) => times[n] - t);
    return { most: digits(most), rms: digits(rms), first: digits(late[0]), last: digits(late[SPIKES - 1]) };
  };
  const engine = row(potentials(cell, given, MS, 0.1), fired(cell, SPIKES, 0.1));
  const nest = theirs && row([Number.NaN, ...theirs.found[k].potentials], theirs.found[k].spikes);
  const period = (spikes[SPIKES - 1] - spikes[0]) / (SPIKES - 1);
  console.log(JSON.stringify({ cell: cell.name, period: digits(period), engine, nest }));
  return { cell: cell.name, period: digits(period), engine, nest };
});
const folder = new URL("../../../experiments/integrators/", import.meta.url);
writeFileSync(
  new URL("measured.json", folder),
  `${JSON.stringify({ simulator: theirs?.simulator, rows }, null, 2)}\n`,
);
