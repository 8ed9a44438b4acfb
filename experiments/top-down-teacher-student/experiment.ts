/**
 * AFA and PEPITA with a teacher, beside the solution of the equations of motion for infinitely many inputs.
 *
 *     npm run build && npm run experiment top-down-teacher-student
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { angleDegrees } from "../../src/math/matrix.ts";
import { Rng } from "../../src/math/rng.ts";
import { rk4 } from "../integrators/cells.ts";
import {
  type Committee,
  fieldsOf,
  generalisationError,
  motion,
  type Order,
  thirdFactors,
} from "./equations.ts";
import { type Panel, panelsOf } from "./figure.ts";
import { drawn, learn, orderOf } from "./simulation.ts";

const folder = new URL("../../../experiments/top-down-teacher-student/", import.meta.url);
const committee: Committee = { students: 2, teacher: [1, 1], rule: "afa", rate: 1, readoutRate: 1 };
const bp: Committee = { ...committee, rule: "bp" };
const INPUTS = 1000;
const [UNTIL, EVERY, STEP] = [150, 2, 0.05];
/** Of PEPITA's feedback beside the weights: as in the authors' code, and as large as they. */
const STRENGTHS = [0.05, 1];
const ANGLES = [0, 60, 90];

/** What the feedback brings to the two units, at an angle to their readout weights and as long as they are. */
const feedbackAt = (degrees: number) => {
  const [c, s] = [Math.cos, Math.sin].map(of => 0.5 * of((degrees * Math.PI) / 180));
  return [c + s, c - s];
};

const told = (of: Committee, t: number, order: Order) => ({
  t,
  error: generalisationError(committee, order),
  degrees: angleDegrees(thirdFactors(of, order), order.slice(fieldsOf(committee) ** 2)),
});
type Told = ReturnType<typeof told>;

function solution(of: Committee, start: Order, until: number, every: number): Order[] {
  const orders = [start];
  for (let order = start; orders.length <= until / every; orders.push(order))
    for (let k = 0; k < every / STEP; k++) order = rk4(state => motion(of, state), order, STEP);
  return orders;
}

const panels: Panel[] = ANGLES.map(degrees => {
  const begin = () => drawn(committee, feedbackAt(degrees), INPUTS, new Rng(1, "vectors"));
  const start = orderOf(begin());
  const solved = (of: Committee) =>
    solution(of, start, UNTIL, EVERY).map((order, k) => told(of, k * EVERY, order));
  const simulated = (strength: number) => {
    const [vectors, rng] = [begin(), new Rng(1, "inputs")];
    const path: Told[] = [told(committee, 0, start)];
    // A run that diverges is drawn as far as it goes.
    while (path.length <= UNTIL / EVERY && path.at(-1)!.error < 10) {
      learn(committee, vectors, INPUTS * EVERY, rng, strength);
      path.push(told(committee, path.length * EVERY, orderOf(vectors)));
    }
    return path;
  };
  const runs = [0, ...STRENGTHS].map(strength => ({ strength, path: simulated(strength) }));
  const panel = { degrees, afa: solved(committee), bp: solved(bp), runs };
  const end = (path: readonly Told[]) => `${path.at(-1)!.error.toExponential(2)} at t = ${path.at(-1)!.t}`;
  console.log(`${degrees} degrees: equations of AFA ${end(panel.afa)}, of BP ${end(panel.bp)}`);
  for (const { strength, path } of runs)
    console.log(`  ${strength === 0 ? "AFA" : `PEPITA, strength ${strength}`}: ${end(path)}`);
  return panel;
});

/** Root mean square distance of the order parameters from the solution, over times and seeds. */
function distance(inputs: number, seeds: number): number {
  const [until, every] = [20, 2];
  let [sum, count] = [0, 0];
  for (let seed = 1; seed <= seeds; seed++) {
    const vectors = drawn(committee, feedbackAt(60), inputs, new Rng(seed, "vectors"));
    const rng = new Rng(seed, "inputs");
    for (const [k, order] of solution(committee, orderOf(vectors), until, every).entries()) {
      if (k === 0) continue;
      learn(committee, vectors, inputs * every, rng);
      orderOf(vectors).forEach((value, at) => {
        sum += (value - order[at]) ** 2;
        count++;
      });
    }
  }
  return Math.sqrt(sum / count);
}
const distances = [100, 200, 400, 800, 1600].map(inputs => {
  const off = distance(inputs, 5);
  console.log(
    `${inputs} inputs: ${off.toFixed(4)} from the solution, times sqrt(N) ${(off * Math.sqrt(inputs)).toFixed(2)}`,
  );
  return { inputs, distance: Number(off.toPrecision(3)) };
});

writeFileSync(new URL("figure.svg", folder), panelsOf(panels));
const short = (path: readonly Told[]) =>
  path
    .filter(({ t }) => t % 10 === 0)
    .map(({ t, error, degrees }) => [t, Number(error.toPrecision(4)), Number(degrees.toFixed(2))]);
writeFileSync(
  new URL("measured.json", folder),
  `${JSON.stringify({
    ...{
      command: "npm run experiment top-down-teacher-student",
      date: new Date().toISOString().slice(0, 10),
    },
    ...{ machine: `${cpus()[0]?.model}, ${cpus().length} cores`, node: process.versions.node },
    ...{ inputs: INPUTS, committee, columns: ["t", "generalisation error", "degrees"] },
    panels: panels.map(({ degrees, afa, bp, runs }) => ({
      ...{ degrees, equationsAfa: short(afa), equationsBp: short(bp) },
      simulated: runs.map(({ strength, path }) => ({ strength, path: short(path) })),
    })),
    distances,
  })}\n`,
);
