import type { NetworkSpec, PopulationSpec } from "../../engine/network/network.ts";
import { InputError } from "../../errors.ts";
import { type FlatGraph, flattenGraph, shapesOf, spreadSingle } from "./flatten.ts";
import { isNeuron, type NirGraph } from "./graph.ts";
import { type LayerPart, type LayerSynapses, type PartedLayer, splitSynapses } from "./layerParts.ts";
import { type LinearMap, size } from "./linear.ts";
import { type NirNeurons, nirNeurons } from "./neurons.ts";
import { applyAll, multiplyOut, pathsFrom } from "./paths.ts";
import { stepOf, unitOf } from "./units.ts";

/** What the file leaves open: units and steps. */
export interface NirImportOptions {
  /** Unit of the times in the file; by default what `metadata` says, else what the time constants suggest. */
  readonly timeUnit?: "s" | "ms";
  /** Time step of the tool that wrote the file, in its unit; by default `metadata.dt`, else tau / r where that can be one. */
  readonly dt?: number;
  /**
   * How potentials and synaptic currents decay: as the equations say (`exact`, the default), or in one step of dt by
   * 1 - dt / tau for exp(-dt / tau), as Euler's method does it in tools on a grid (`euler`). A simulation in grid mode
   * with that dt then makes the spikes of such a tool, step for step; those of CubaLIF one step later than a tool that
   * lets a synaptic current act within the step in which it changes.
   */
  readonly steps?: "exact" | "euler";
}

/** What a NIR graph means as a network of the engine. */
export interface ImportedNetwork {
  readonly spec: NetworkSpec;
  /** Constant input of each population, from biases: `Simulation.setCurrent` takes them [1/ms]. */
  readonly currents: Readonly<Record<string, Float64Array>>;
  /** Where the neurons of each node are: one population, or one for each set of parameters, NODE[0], NODE[1] and on. */
  readonly parts: Readonly<Record<string, readonly LayerPart[]>>;
  readonly timeUnit: "s" | "ms";
  readonly dtMs: number;
  /** What was inferred or changed, one sentence each. */
  readonly notes: readonly string[];
}

/** A node with state; null for the neurons of an Input. */
interface Layer extends PartedLayer {
  readonly neurons: NirNeurons | null;
}

interface Link extends LayerSynapses {
  readonly from: string;
  readonly to: string;
}

/**
 * A NIR graph as a network of the engine. Inputs and neurons become populations, one for each set of parameters in a
 * node; the linear nodes between two of them are multiplied out into synapses. A spike lasts one time step of the tool
 * that wrote the file, so that it moves a potential by weight * r * dt / tau. Loops without a delay get one time step,
 * which is what tools on a grid have.
 * @throws InputError when the engine cannot run it, or time unit or step cannot be told
 */
export function nirToNetwork(graph: NirGraph, options: NirImportOptions = {}): ImportedNetwork {
  const notes: string[] = [];
  const bare = flattenGraph(graph);
  const maps = shapesOf(bare);
  const flat = spreadSingle(bare, maps, notes);
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
  const dt = stepOf(options.dt, fact("dt"), nodes, ms, notes);
  const reset =
    text("reset") === "subtract" ? { reset: "subtract" as const, tauRef: (fact("t_ref") ?? 0) * ms } : null;

  const layers: Record<string, Layer> = {};
  for (const [name, node] of nodes) {
    const n = size(maps.get(name)!.outShape);
    if (node.type === "Input") {
      const neurons = Uint32Array.from({ length: n }, (_, k) => k);
      layers[name] = { size: n, neurons: null, parts: [{ population: name, neurons }] };
    } else if (isNeuron(node.type)) {
      const neurons = nirNeurons(name, node, ms, dt, reset, options.steps === "euler");
      const parts = neurons.groups.map(({ members }, g) => ({
        population: neurons.groups.length === 1 ? name : `${name}[${g}]`,
        neurons: members,
      }));
      if (parts.length > 1) notes.push(`${name}: ${parts.length} sets of parameters, each a population`);
      if (node.type === "Threshold")
        notes.push(`${name}: a Threshold adds up what reaches it at one instant, not within a time step`);
      layers[name] = { size: n, neurons, parts };
    }
  }
  const links: Link[] = [];
  for (const from of Object.keys(layers))
    for (const path of ways(flat, from)) {
      const [to, through] = [path.at(-1)!, path.slice(0, -1)];
      const { type } = flat.nodes[from];
      if (type !== "Input" && type !== "Threshold" && !type.endsWith("IF"))
        throw new InputError(
          `nir: edge ${from} to ${path[0]}: expected spikes to reach ${to}, got the potential of ${type}, which is sent nowhere here`,
        );
      const synapses = multiplyOut(through, flat.nodes, maps, layers[from].size, ms);
      const { perSpike } = layers[to].neurons!;
      links.push({
        from,
        to,
        ...synapses,
        weights: synapses.weights.map((w, s) => w * perSpike[synapses.post[s]]),
      });
    }
  const inputs = Object.keys(layers).filter(name => !layers[name].neurons);
  const others = Object.keys(layers).filter(name => layers[name].neurons);
  const order = arrivalOrder([...inputs, ...others], links);
  breakLoops(order, links, dt * ms, notes);

  const constant = constants(flat, maps, layers, notes);
  const populations: Record<string, PopulationSpec> = {};
  const currents: Record<string, Float64Array> = {};
  const stimuli: NonNullable<NetworkSpec["stimuli"]>[number][] = [];
  for (const name of order) {
    const { neurons, parts } = layers[name];
    parts.forEach(({ population, neurons: members }, g) => {
      const count = members.length;
      if (!neurons) {
        populations[population] = { size: count, neuron: "input" };
        return;
      }
      const { neuron } = neurons.groups[g];
      populations[population] = { size: count, neuron };
      currents[population] = Float64Array.from(members, k => constant[name][k] * neurons.perConstant[k]);
      const { rises } = neurons;
      if (rises)
        members.forEach((j, k) => {
          // From nothing to what it settles at, as a synaptic current rises.
          const lacks = constant[name][j] * rises[j];
          if (lacks !== 0)
            stimuli.push({ to: population, kind: "spikes", times: [0], neurons: [k], weight: -lacks });
        });
    });
  }
  const projections = links.flatMap(link =>
    splitSynapses(link, layers[link.from], layers[link.to], `${link.from}->${link.to}`),
  );
  const spec = { populations, projections, ...(stimuli.length > 0 && { stimuli }) };
  const parts = Object.fromEntries(Object.entries(layers).map(([name, layer]) => [name, layer.parts]));
  return { spec, currents, parts, timeUnit, dtMs: dt * ms, notes };
}

/** Every way from a node to the neurons that it reaches. */
function ways({ nodes, following }: FlatGraph, from: string): string[][] {
  return pathsFrom(
    from,
    name => following.get(name) ?? [],
    name => isNeuron(nodes[name].type),
  );
}

/** [neurons] of each layer: the constant activity that biases send to it. */
function constants(
  flat: FlatGraph,
  maps: ReadonlyMap<string, LinearMap>,
  layers: Readonly<Record<string, Layer>>,
  notes: string[],
): Record<string, Float64Array> {
  const sums = Object.fromEntries(
    Object.entries(layers).map(([name, layer]) => [name, new Float64Array(layer.size)]),
  );
  for (const name of Object.keys(flat.nodes)) {
    const { bias } = maps.get(name)!;
    if (!bias || isNeuron(flat.nodes[name].type)) continue;
    for (const path of ways(flat, name)) {
      const [to, through] = [path.at(-1)!, path.slice(0, -1)];
      const drive = applyAll(
        through.map(step => maps.get(step)!),
        bias,
      );
      drive.forEach((value, j) => {
        sums[to][j] += value;
      });
      if (through.some(step => flat.nodes[step].type === "Delay"))
        notes.push(`${name} to ${to}: the bias acts from the start, not after the delay`);
      if (flat.nodes[to].type === "Threshold" && drive.some(value => value !== 0))
        throw new InputError(
          `nir: node ${to}: expected a Threshold that only spikes reach, got the bias of ${name}`,
        );
    }
  }
  return sums;
}

/** Layers in the order in which activity reaches them; a file does not keep any order. */
function arrivalOrder(names: readonly string[], links: readonly Link[]): string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const { from, to } of links) if (from === name) visit(to);
    order.unshift(name);
  };
  // What is visited first ends up last.
  for (const name of [...names].reverse()) visit(name);
  return order;
}

/** Links against that order, and those onto their own layer. */
function breakLoops(order: readonly string[], links: Link[], dtMs: number, notes: string[]): void {
  links.forEach((link, k) => {
    const { from, to, delays } = link;
    if (order.indexOf(from) < order.indexOf(to) || delays.every(d => d > 0)) return;
    links[k] = { ...link, delays: delays.map(d => d + dtMs) };
    notes.push(`${from} to ${to}: a loop; its spikes take one time step, ${dtMs} ms`);
  });
}
