import type { NetworkSpec, ProjectionSpec } from "../engine/network.ts";
import type { LifParameters } from "../engine/neurons/lif.ts";
import { InputError } from "../errors.ts";
import { flattenGraph, shapesOf } from "./nirFlatten.ts";
import { isNeuron, type NirGraph, type NirNode, numbers } from "./nirGraph.ts";
import { type LinearMap, size } from "./nirLinear.ts";

export interface NirImportOptions {
  /** Unit of the times in the file; by default what `metadata` says, else what the time constants suggest. */
  readonly timeUnit?: "s" | "ms";
  /** Time step of the tool that wrote the file, in its unit; by default `metadata.dt`, else tau / r. */
  readonly dt?: number;
}

export interface ImportedNetwork {
  readonly spec: NetworkSpec;
  /** Constant input of each population, from biases: `Simulation.setCurrent` takes them [1/ms]. */
  readonly currents: Readonly<Record<string, Float64Array>>;
  readonly timeUnit: "s" | "ms";
  readonly dtMs: number;
  /** What was inferred or changed, one sentence each. */
  readonly notes: readonly string[];
}

/** Dense weights of more synapses than this are refused: 1 GB. */
const MOST_SYNAPSES = 2 ** 28;

/**
 * A NIR graph as a network of the engine. Inputs and neurons become populations; the linear nodes between two of them
 * are multiplied out into one projection. A spike lasts one time step of the tool that wrote the file, so that it moves
 * a potential by weight * r * dt / tau. Loops without a delay get one time step, which is what tools on a grid have.
 * @throws InputError when the engine has no such neuron, or time unit or step cannot be told
 */
export function nirToNetwork(graph: NirGraph, options: NirImportOptions = {}): ImportedNetwork {
  const flat = flattenGraph(graph);
  const shapes = shapesOf(flat);
  const notes: string[] = [];
  const text = (key: string) => {
    const value = graph.metadata?.[key];
    return typeof value === "string" ? value : undefined;
  };
  const fact = (key: string) => {
    const value = graph.metadata?.[key];
    return value === undefined || typeof value === "string" ? undefined : Number(value.data[0]);
  };
  const nodes = Object.entries(flat.nodes);
  const timeUnit = unitOf(options.timeUnit, text("time_unit"), nodes, notes);
  const ms = timeUnit === "s" ? 1000 : 1;
  const dt = stepOf(options.dt, fact("dt"), nodes, timeUnit, notes);
  const subtract = text("reset") === "subtract";
  const tauRef = subtract ? (fact("t_ref") ?? 0) * ms : 0;

  const populations: Record<string, NetworkSpec["populations"][string]> = {};
  const currents: Record<string, Float64Array> = {};
  const gains: Record<string, Float64Array> = {};
  for (const [name, node] of nodes) {
    const n = size(shapes.get(name)!.outShape);
    if (node.type === "Input") populations[name] = { size: n, neuron: "input" };
    else if (isNeuron(node.type)) {
      const { neuron, gain } = neuronOf(name, node, ms, dt, subtract ? { reset: "subtract", tauRef } : null);
      populations[name] = { size: n, neuron };
      gains[name] = gain;
      currents[name] = new Float64Array(n);
    } else if (node.type === "Threshold") {
      throw new InputError(`nir: node ${name}: Threshold has no form in the engine; expected IF or LIF`);
    }
  }

  const projections: ProjectionSpec[] = [];
  const following = (name: string) => flat.edges.filter(([from]) => from === name).map(([, to]) => to);
  for (const from of Object.keys(populations)) {
    const n = populations[from]!.size;
    for (const path of pathsFrom(from, following, to => isNeuron(flat.nodes[to]!.type))) {
      const [to, through] = [path.at(-1)!, path.slice(0, -1)];
      const post = populations[to]!.size;
      if (n * post > MOST_SYNAPSES)
        throw new InputError(
          `nir: ${from} to ${to}: expected at most ${MOST_SYNAPSES} synapses, got ${n * post}`,
        );
      const { weights, delays } = multiply(through, flat.nodes, shapes, n, post, ms);
      const gain = gains[to]!;
      for (let k = 0; k < weights.length; k++) weights[k]! *= gain[k % post]!;
      projections.push({ from, to, weights, ...(delays !== null && { delay: delays }) });
    }
  }
  for (const [name, node] of nodes) {
    const bias = shapes.get(name)!.bias;
    if (!bias || isNeuron(node.type)) continue;
    for (const path of pathsFrom(name, following, to => isNeuron(flat.nodes[to]!.type))) {
      const [to, through] = [path.at(-1)!, path.slice(0, -1)];
      const maps = through.map(step => shapes.get(step)!).filter(map => "spread" in map);
      const drive = maps.reduce<Float64Array>((x, map) => apply(map, x), bias);
      drive.forEach((value, j) => {
        currents[to]![j]! += (value * gains[to]![j]!) / (dt * ms);
      });
    }
  }
  const inputs = Object.keys(populations).filter(name => populations[name]!.neuron === "input");
  const others = Object.keys(populations).filter(name => !inputs.includes(name));
  const order = arrivalOrder([...inputs, ...others], projections);
  breakLoops(order, projections, dt * ms, notes);
  const ordered = Object.fromEntries(order.map(name => [name, populations[name]!]));
  return { spec: { populations: ordered, projections }, currents, timeUnit, dtMs: dt * ms, notes };
}

/** Every way from a node through linear nodes to a neuron; the neuron stands last. */
function pathsFrom(
  from: string,
  following: (name: string) => readonly string[],
  ends: (name: string) => boolean,
): string[][] {
  const found: string[][] = [];
  const walk = (name: string, path: readonly string[]) => {
    for (const next of following(name)) {
      if (path.includes(next))
        throw new InputError(`nir: node ${next}: expected a neuron in every loop, got only linear nodes`);
      if (found.length > 4096)
        throw new InputError(`nir: node ${from}: expected at most 4096 ways to other neurons`);
      if (ends(next)) found.push([...path, next]);
      else walk(next, [...path, next]);
    }
  };
  walk(from, []);
  return found;
}

function apply(map: LinearMap, x: Float64Array): Float64Array {
  const out = new Float64Array(size(map.outShape));
  x.forEach((amount, i) => {
    if (amount !== 0) map.spread(i, amount, out);
  });
  return out;
}

/** The product of the linear nodes on a way, [pre, post], and its delays [ms]. */
function multiply(
  through: readonly string[],
  nodes: Readonly<Record<string, NirNode>>,
  shapes: ReadonlyMap<string, LinearMap>,
  pre: number,
  post: number,
  ms: number,
): { weights: Float32Array; delays: Float64Array | null } {
  const weights = new Float32Array(pre * post);
  let delays: Float64Array | null = null;
  // A delay in front of all mixing belongs to the presynaptic neuron, one behind it to the postsynaptic.
  let before = new Float64Array(pre);
  let after: Float64Array | null = null;
  let mixed = false;
  for (const name of through) {
    const node = nodes[name]!;
    if (node.type === "Delay") {
      const list = numbers(node, "delay").map(d => d * ms);
      if (!mixed) before = before.map((d, i) => d + list[list.length === 1 ? 0 : i]!);
      else {
        const n = size(shapes.get(name)!.outShape);
        const sum: Float64Array = after ?? new Float64Array(n);
        after = sum.map((d, j) => d + list[list.length === 1 ? 0 : j]!);
      }
    } else if (node.type !== "Output" && node.type !== "Input") {
      if (node.type !== "Flatten" && node.type !== "Scale") {
        const first: number = after?.[0] ?? 0;
        if (after && !after.every(d => d === first))
          throw new InputError(`nir: node ${name}: expected equal delays in front of it, got different ones`);
        if (after) {
          before = before.map(d => d + first);
          after = null;
        }
        mixed = true;
      }
    }
  }
  const maps = through.map(name => shapes.get(name)!);
  for (let i = 0; i < pre; i++) {
    let row: Float64Array = new Float64Array(pre);
    row[i] = 1;
    for (const map of maps) row = apply(map, row);
    weights.set(row, i * post);
  }
  if (before.some(d => d !== 0) || after?.some(d => d !== 0)) {
    delays = Float64Array.from(weights, (_, k) => before[Math.floor(k / post)]! + (after?.[k % post] ?? 0));
  }
  return { weights, delays };
}

/** @returns the engine's neuron, and what a unit of its input adds to its potential in one step of the writer */
function neuronOf(
  name: string,
  node: NirNode,
  ms: number,
  dt: number,
  reset: Pick<LifParameters, "reset" | "tauRef"> | null,
): { neuron: { vThreshold: number } & Partial<LifParameters>; gain: Float64Array } {
  if (node.type.startsWith("Cuba"))
    throw new InputError(
      `nir: node ${name}: ${node.type} has synaptic currents, which the engine has no neuron for`,
    );
  const shared = (field: string) => {
    const list = numbers(node, field);
    if (list.every(x => x === list[0])) return list[0]!;
    throw new InputError(`nir: node ${name}: ${field}: expected one value for all neurons, got several`);
  };
  const leaky = node.type === "LIF" || node.type === "LI";
  const spiking = node.type === "LIF" || node.type === "IF";
  const tau = leaky ? shared("tau") : Infinity;
  const gain = numbers(node, "r").map(r => (leaky ? (r * dt) / tau : r * dt));
  const neuron = {
    tauMem: tau * ms,
    vRest: leaky ? shared("v_leak") : 0,
    vThreshold: spiking ? shared("v_threshold") : Infinity,
    ...(reset ?? { reset: "fixed" as const, vReset: spiking ? shared("v_reset") : 0 }),
  };
  return {
    neuron: spiking ? neuron : { tauMem: neuron.tauMem, vRest: neuron.vRest, vThreshold: Infinity },
    gain,
  };
}

function unitOf(
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

function stepOf(
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
  const steps = nodes.flatMap(([, node]) => {
    if (node.type !== "LIF" && node.type !== "LI") return [];
    const tau = numbers(node, "tau");
    return [...numbers(node, "r")].map((r, k) => tau[k]! / r);
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

/** Populations in the order in which activity reaches them; a file does not keep any order. */
function arrivalOrder(names: readonly string[], projections: readonly ProjectionSpec[]): string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const { from, to } of projections) if (from === name) visit(to);
    order.unshift(name);
  };
  // What is visited first ends up last.
  for (const name of [...names].reverse()) visit(name);
  return order;
}

/** Projections against that order, and those onto their own population. */
function breakLoops(
  order: readonly string[],
  projections: ProjectionSpec[],
  dtMs: number,
  notes: string[],
): void {
  projections.forEach((projection, k) => {
    const { from, to, delay } = projection;
    if (order.indexOf(from) < order.indexOf(to)) return;
    if (delay !== undefined && (delay as Float64Array).every(d => d > 0)) return;
    const added = delay === undefined ? dtMs : (delay as Float64Array).map(d => d + dtMs);
    projections[k] = { ...projection, delay: added };
    notes.push(`${from} to ${to}: a loop; its spikes take one time step, ${dtMs} ms`);
  });
}
