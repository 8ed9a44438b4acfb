import { InputError, shown } from "../../errors.ts";
import { millisecondsOf } from "../timeUnits.ts";
import { type NirNode, numbers } from "./graph.ts";

type Nodes = readonly (readonly [string, NirNode])[];

/** Time constants of the nodes, in the unit of the file. */
function constantsOf(nodes: Nodes, fields: readonly string[]): number[] {
  return nodes.flatMap(([, node]) =>
    fields.flatMap(field => (node.fields[field] ? [...numbers(node, field)] : [])),
  );
}

/**
 * Unit of the times of a graph: what the caller says, else its metadata, else what its time constants suggest, or where
 * there are none, its delays.
 * @param notes  gets a sentence when it was inferred
 * @throws InputError when the metadata name another unit, or no unit makes sense of the time constants
 */
export function unitOf(
  asked: "s" | "ms" | undefined,
  said: string | undefined,
  nodes: Nodes,
  notes: string[],
): "s" | "ms" {
  if (asked) return asked;
  if (said !== undefined) {
    const ms = millisecondsOf(said);
    if (ms === 1 || ms === 1000) return ms === 1 ? "ms" : "s";
    throw new InputError(`nir: metadata.time_unit: expected s or ms, got ${shown(said)}`);
  }
  const finite = (list: number[]) => list.filter(t => t > 0 && t < Infinity).sort((a, b) => a - b);
  const taus = finite(constantsOf(nodes, ["tau", "tau_mem"]));
  const [times, what] =
    taus.length > 0 ? [taus, "time constant"] : [finite(constantsOf(nodes, ["delay"])), "delay"];
  const middle = times[times.length >> 1];
  // No membrane leaks within half a millisecond, none keeps for half a second.
  const unit = middle !== undefined && middle >= 0.5 ? "ms" : "s";
  if (middle !== undefined && !(middle >= 1e-5 && middle <= 1e4))
    throw new InputError(
      `nir: time unit: the file does not say it, and a typical ${what} of ${middle} is one neither in s nor in ms; expected the unit, --nir-unit s or --nir-unit ms`,
    );
  const why = middle === undefined ? "nothing tells it" : `a typical ${what} is ${middle}`;
  notes.push(`time unit: took ${unit}, since the file does not say and ${why}`);
  return unit;
}

/** [ms] Steps of tools on a grid, by far. */
const STEPS = [1e-4, 100] as const;

/**
 * Time step of the tool that wrote a graph, in the unit of its times: what the caller says, else its metadata, else the
 * one with which a spike moves a potential, or a synaptic current, by its weight. That is none when neurons would forget
 * within it what they had, as with r = 1, where nothing was scaled by a step.
 * @param ms     of the unit
 * @param notes  gets a sentence when it was inferred
 * @throws InputError when nothing tells it
 */
export function stepOf(
  asked: number | undefined,
  said: number | undefined,
  nodes: Nodes,
  ms: number,
  notes: string[],
): number {
  const given = asked ?? said;
  if (given !== undefined) {
    if (given > 0 && given < Infinity) return given;
    throw new InputError(`nir: dt: expected a time above 0, got ${given}`);
  }
  const ratios = (node: NirNode, time: string, factor: string) => {
    const factors = numbers(node, factor);
    return [...numbers(node, time)].map((t, k) => t / factors[k]);
  };
  const steps = nodes.flatMap(([, node]) => {
    if (node.type === "LIF" || node.type === "LI") return ratios(node, "tau", "r");
    // Cuba neurons: a factor of 1 scales nothing, and says nothing of a step.
    if (node.type.startsWith("Cuba"))
      return numbers(node, "r").every(r => r === 1) ? [] : ratios(node, "tau_mem", "r");
    return [];
  });
  const fail = (why: string) =>
    new InputError(
      `nir: dt: the file does not say how long a spike lasts${why}; expected the time step of the tool that wrote it, --nir-dt in ms, such as --nir-dt 0.1`,
    );
  const step = steps[0];
  if (step === undefined) throw fail("");
  if (!steps.every(s => Math.abs(s - step) <= 1e-5 * step))
    throw fail(", and tau / r differs between neurons");
  const shortest = constantsOf(nodes, ["tau", "tau_mem", "tau_syn"]).reduce((a, b) => Math.min(a, b));
  const found = `${Number((step * ms).toPrecision(6))} ms`;
  if (!(step <= 0.95 * shortest))
    throw fail(
      `, and tau / r = ${found} is none beside a time constant of ${Number((shortest * ms).toPrecision(6))} ms`,
    );
  if (!(step * ms >= STEPS[0] && step * ms <= STEPS[1]))
    throw fail(`, and tau / r = ${found} is none of any tool`);
  notes.push(`dt: took tau / r = ${found}, so that a spike moves a potential by its weight`);
  return step;
}
