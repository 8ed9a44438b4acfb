import { InputError } from "../errors.ts";
import { type NirNode, numbers } from "./nirGraph.ts";

/**
 * Unit of the times of a graph: what the caller says, else its metadata, else what its time constants suggest.
 * @param notes  gets a sentence when it was inferred
 */
export function unitOf(
  asked: "s" | "ms" | undefined,
  said: string | undefined,
  nodes: readonly (readonly [string, NirNode])[],
  notes: string[],
): "s" | "ms" {
  if (asked) return asked;
  if (said === "s" || said === "ms") return said;
  const taus = nodes.flatMap(([, node]) =>
    ["tau", "tau_mem"].flatMap(field => (node.fields[field] ? [...numbers(node, field)] : [])),
  );
  const middle = taus.sort((a, b) => a - b)[taus.length >> 1];
  // No membrane leaks within half a millisecond, none keeps for half a second.
  const unit = middle !== undefined && middle >= 0.5 ? "ms" : "s";
  const why = middle === undefined ? "nothing tells it" : `a typical time constant is ${middle}`;
  notes.push(`time unit: took ${unit}, since the file does not say and ${why}`);
  return unit;
}

/**
 * Time step of the tool that wrote a graph, in the unit of its times: what the caller says, else its metadata, else the
 * one with which a spike moves a potential, or a synaptic current, by its weight.
 * @param notes  gets a sentence when it was inferred
 * @throws InputError when nothing tells it
 */
export function stepOf(
  asked: number | undefined,
  said: number | undefined,
  nodes: readonly (readonly [string, NirNode])[],
  unit: string,
  notes: string[],
): number {
  const given = asked ?? said;
  if (given !== undefined) {
    if (given > 0 && given < Infinity) return given;
    throw new InputError(`nir: dt: expected a time above 0, got ${given}`);
  }
  const ratios = (node: NirNode, time: string, factor: string) => {
    const factors = numbers(node, factor);
    return [...numbers(node, time)].map((t, k) => t / factors[k]!);
  };
  const steps = nodes.flatMap(([, node]) => {
    if (node.type === "LIF" || node.type === "LI") return ratios(node, "tau", "r");
    // Cuba neurons: a factor of 1 scales nothing, and says nothing of a step.
    if (node.type.startsWith("Cuba"))
      return numbers(node, "r").every(r => r === 1) ? [] : ratios(node, "tau_mem", "r");
    return [];
  });
  const step = steps[0];
  const alike = step !== undefined && steps.every(s => Math.abs(s - step) <= 1e-5 * step);
  if (alike && steps.every((s, _, all) => s > 0 && all.length > 0) && step < 1e6) {
    notes.push(`dt: took tau / r = ${step} ${unit}, so that a spike moves a potential by its weight`);
    return step;
  }
  throw new InputError(
    "nir: dt: the file does not say how long a spike lasts; expected a time step, such as 1e-4",
  );
}
