import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomic } from "../../files/atomic.ts";
import { encodeNpy, type NpyNumbers } from "../npy.ts";
import { npzPieces } from "../npz.ts";
import type { NestCircuit, NestPopulation, NestProjection } from "./circuit.ts";
import type { NestInput, PerTarget } from "./inputs.ts";
import { CAPACITANCE, type Partner } from "./partners.ts";
import { comment, dictionary, number, text } from "./python.ts";
import { meanOf, type NestDraw, type NestRule } from "./rules.ts";
import { timeOf } from "./steps.ts";

/** Numbers for `network.npz`, by name. */
type Arrays = Map<string, NpyNumbers>;

/**
 * A circuit as a program for PyNEST 3, to be read and changed: `network.py`, and in `network.npz` the lists that it
 * connects by. Run, it leaves its spikes in `spikes-RANK.npz`: `times` [ms], `population` (place in the list) and
 * `neuron`.
 * @param name  of the model, for the program's first line
 */
export async function writeNest(circuit: NestCircuit, name: string, folder: string): Promise<void> {
  const arrays: Arrays = new Map();
  const text = script(circuit, name, arrays);
  mkdirSync(folder, { recursive: true });
  const entries = [...arrays].map(([key, data]) => [key, [encodeNpy(data)]] as const);
  await writeFile(join(folder, "network.npz"), npzPieces(entries));
  await writeAtomic(join(folder, "network.py"), text);
}

function script(circuit: NestCircuit, name: string, arrays: Arrays): string {
  const { populations, projections, connections, inputs, notes, dtMs, durationMs, seed } = circuit;
  const units = `C_m is ${CAPACITANCE} pF; weights are in pA, onto iaf_psc_delta in mV, of conductances in nS`;
  return `"""${comment(name)} in NEST 3, written by threefactor. ${units}.
${notes.map(note => `Not as there: ${comment(note)}.\n`).join("")}
Usage: network.py [THREADS]. Leaves spikes-RANK.npz: times [ms], population (place in \`nodes\`), neuron.
"""

import sys
import time
from pathlib import Path

import nest
import numpy as np

folder = Path(__file__).resolve().parent
data = np.load(folder / "network.npz")
duration = ${durationMs}  # ms
step = ${dtMs}  # ms

began = time.perf_counter()
nest.ResetKernel()
nest.set_verbosity("M_ERROR")
threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
nest.set(resolution=step, local_num_threads=threads, rng_seed=${1 + (seed % (2 ** 32 - 2))})

nodes = {}
${populations.map((population, p) => nodesOf(population, p, arrays)).join("")}

def connect(source, target, place, model, weight, delay, **parameters):
    """Synapses between the neurons that network.npz lists; weight and delay one for all, or one each."""
    pre = np.asarray(nodes[source].tolist())[data[f"pre_{place}"]]
    post = np.asarray(nodes[target].tolist())[data[f"post_{place}"]]
    if len(pre) == 0:
        return
    if parameters:
        # A default of the weights' sign, which bounds are checked against.
        nest.CopyModel(model, f"synapse_{place}", {"weight": np.ravel(weight)[0], **parameters})
        model = f"synapse_{place}"
    each = {"weight": np.broadcast_to(weight, pre.shape), "delay": np.broadcast_to(delay, pre.shape)}
    nest.Connect(pre, post, "one_to_one", {"synapse_model": model, **each})

${projections.map((projection, q) => projectionOf(projection, q, arrays)).join("")}
${connections.length > 0 ? DRAW : ""}${connections.map(connectionOf).join("")}
${inputs.map((input, k) => inputOf(input, k, circuit, arrays)).join("")}
recorder = nest.Create("spike_recorder")
for population in nodes.values():
    nest.Connect(population, recorder)

built = time.perf_counter()
nest.Simulate(duration)
ended = time.perf_counter()

events = recorder.events
firsts = np.array([population[0].global_id for population in nodes.values()])
population = np.searchsorted(firsts, events["senders"], side="right") - 1
spikes = {"times": events["times"], "population": population, "neuron": events["senders"] - firsts[population]}
np.savez(
    folder / f"spikes-{nest.Rank()}.npz",
    **spikes,
    ranks=[nest.NumProcesses()],
    seconds=[built - began, ended - built],  # of which the first built the network
    version=[nest.__version__],
)
`;
}

function nodesOf({ name, size, model, parameters, each }: NestPopulation, p: number, arrays: Arrays): string {
  const own = `nodes[${text(name)}]`;
  const lines = [`${own} = nest.Create("${model}", ${size}${optional(parameters)})\n`];
  for (const [key, values] of Object.entries(each)) {
    arrays.set(`${key}_${p}`, values);
    // One by one: a rank that has only some of them takes no list for all.
    lines.push(`${own}.set([{"${key}": value} for value in data["${key}_${p}"]])\n`);
  }
  return lines.join("");
}

function projectionOf(
  { from, to, model, parameters, pre, post, weights, delays }: NestProjection,
  q: number,
  arrays: Arrays,
): string {
  const value = (name: string, given: Float64Array | number) => {
    if (typeof given === "number") return `${name}=${number(given)}`;
    arrays.set(`${name}_${q}`, given);
    return `${name}=data["${name}_${q}"]`;
  };
  arrays.set(`pre_${q}`, pre);
  arrays.set(`post_${q}`, post);
  const numbers = [value("weight", weights), value("delay", delays)].join(", ");
  const more = Object.keys(parameters).length > 0 ? `, **${dictionary(parameters)}` : "";
  return `connect(${text(from)}, ${text(to)}, ${q}, "${model}", ${numbers}${more})\n`;
}

const DRAW = `
def draw(source, target, place, rule, model, weight, delay, **parameters):
    """Synapses that NEST draws; weight and delay are numbers, or drawn for each."""
    if parameters:
        nest.CopyModel(model, f"synapse_{place}", parameters)
        model = f"synapse_{place}"
    nest.Connect(nodes[source], nodes[target], rule, {"synapse_model": model, "weight": weight, "delay": delay})

`;

function connectionOf(
  { from, to, connect, model, parameters, weights, delays }: NestRule,
  q: number,
): string {
  const rule = Object.entries(connect).map(([key, value]) => {
    const plain = key === "p" ? number(value as number) : JSON.stringify(value);
    const written = typeof value === "boolean" ? (value ? "True" : "False") : plain;
    return `"${key}": ${written}`;
  });
  // A default of the weights' sign, which bounds are checked against.
  const sign = Math.sign(typeof weights === "number" ? weights : weights.factor * meanOf(weights.of));
  const own = Object.keys(parameters).length > 0 ? `, **${dictionary({ weight: sign, ...parameters })}` : "";
  return `draw(${text(from)}, ${text(to)}, ${q}, {${rule.join(", ")}}, "${model}", ${drawn(weights)}, ${drawn(delays)}${own})\n`;
}

function drawn(value: NestDraw): string {
  if (typeof value === "number") return number(value);
  const { of, factor, least } = value;
  const [a, b, low = -Infinity] = of.args;
  const width = Math.abs(factor);
  const [from, to] = factor > 0 ? [low, Infinity] : [-Infinity, -low];
  const bounds = [Math.max(from * width, least), to * width].map(x =>
    number(Math.max(-1e300, Math.min(1e300, x))),
  );
  const plain = {
    normal: () => `nest.random.normal(mean=${number(a * factor)}, std=${number(b * width)})`,
    uniform: () => {
      const [min, max] = [a * factor, b * factor].sort((x, y) => x - y);
      return `nest.random.uniform(min=${number(min)}, max=${number(max)})`;
    },
    lognormal: () => `${number(factor)} * nest.random.lognormal(mean=${number(a)}, std=${number(b)})`,
    exponential: () => `nest.random.exponential(beta=${number(a)}) * ${number(factor)}`,
  }[of.name]();
  if (low === -Infinity && least === -Infinity) return plain;
  return `nest.math.redraw(${plain}, min=${bounds[0]}, max=${bounds[1]})`;
}

function inputOf(input: NestInput, k: number, { precise, dtMs }: NestCircuit, arrays: Arrays): string {
  const end = precise ? "_ps" : "";
  const all = `nodes[${text(input.to)}]`;
  /** One number in the text, or a list in the archive. */
  const value = (name: string, given: PerTarget) => {
    if (typeof given === "number") return number(given);
    arrays.set(`${name}_${k}`, given);
    return `data["${name}_${k}"]`;
  };
  if (input.kind === "spikes") {
    // The parrot or neuron gets them one step later.
    const sent = (t: number) => (precise ? t - dtMs : timeOf(Math.round(t / dtMs) - 1, dtMs));
    arrays.set(`times_${k}`, input.times.map(sent));
    arrays.set(`of_${k}`, input.of);
    return `
# Spikes at given times: one generator for each neuron, a step earlier, as it is a step away.
generators = nest.Create("spike_generator", len(${all})${precise ? ', {"precise_times": True}' : ""})
generators.set([{"spike_times": data["times_${k}"][data["of_${k}"] == neuron]} for neuron in range(len(${all}))])
weights = np.broadcast_to(${value("weight", input.weight)}, len(${all}))
nest.Connect(generators, ${all}, "one_to_one", {"weight": weights, "delay": np.full(len(${all}), step)})
`;
  }
  if (input.neurons) arrays.set(`neurons_${k}`, input.neurons);
  const targets = input.neurons ? `${all}[data["neurons_${k}"].tolist()]` : all;
  const { start, stop } = input;
  // A current is one step away; a generator's rate is wherever it is.
  const early = input.kind === "current" ? " - step" : "";
  const times = [
    `"start": ${number(start)}${early}`,
    ...(stop < Infinity ? [`"stop": ${number(stop)}${early}`] : []),
  ];
  const [model, field, amount] =
    input.kind === "poisson"
      ? [`poisson_generator${end}`, "rate", input.rate]
      : ["dc_generator", "amplitude", input.amplitude];
  const weight = input.kind === "poisson" ? input.weight : 1;
  const created = (n: string, more: string) =>
    `nest.Create("${model}", ${n}, {${[...times, ...(more ? [more] : [])].join(", ")}})`;
  if (typeof amount === "number" && typeof weight === "number") {
    const synapse = `{"weight": ${number(weight)}, "delay": step}`;
    return `nest.Connect(${created("1", `"${field}": ${number(amount)}`)}, ${targets}, "all_to_all", ${synapse})\n`;
  }
  return `
targets = ${targets}
generators = ${created("len(targets)", "")}
generators.set([{"${field}": value} for value in np.broadcast_to(${value("amount", amount)}, len(targets))])
weights = np.broadcast_to(${value("weight", weight)}, len(targets))
nest.Connect(generators, targets, "one_to_one", {"weight": weights, "delay": np.full(len(targets), step)})
`;
}

function optional(parameters: Partner["parameters"]): string {
  return Object.keys(parameters).length > 0 ? `, ${dictionary(parameters)}` : "";
}
