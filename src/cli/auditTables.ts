import type { Audit, Route } from "../audit/audit.ts";
import type { RunSettings } from "../audit/bench.ts";
import type { CircuitAudit } from "../audit/circuit.ts";
import type { SpikingAudit } from "../audit/spiking.ts";
import { aligned } from "./document.ts";
import { flagOf } from "./options.ts";

/** What was seen of rules as tables for a terminal, 80 columns wide for names of up to 16 letters. */

const SYNAPSES = `What a synapse of the first hidden layer uses of the sample that it learns, seen
on a watched network with two hidden layers:
  W above  weights of layers above (weight transport): their values or signs
  W own    weights of its own layer, in its third factor
  h above  activity of hidden neurons above its own layer
  output   of the network: direct, in its third factor; or shown, only in what
           is presented next
  label    of the sample, likewise
  waits    for layers above it or the output, before it can change
  holds    its activity is kept while the output is computed, or beyond
  kept     numbers per sample until its next epoch
  shown    presentations of a sample`;

/** One line per rule, or per form where the forms differ. */
export function synapseTable(
  rows: readonly { name: string; seen: { rate: Audit | null; spike: Audit | null } }[],
): string[] {
  const lines = rows.flatMap(({ name, seen: { rate, spike } }) =>
    JSON.stringify(rate) === JSON.stringify(spike)
      ? [[name, ...synapseCells(rate)]]
      : [[name], ["  rate", ...synapseCells(rate)], ["  spike", ...synapseCells(spike)]],
  );
  const head = [
    ["", "W", "W", "h", "", "", "", "", "", ""],
    ["rule", "above", "own", "above", "output", "label", "waits", "holds", "kept", "shown"],
  ];
  return [...SYNAPSES.split("\n"), "", ...aligned([...head, ...lines])];
}

const LATE = ["knows its third factor only after a presentation"];
const NONE = ["no hidden synapse changes"];
const yes = (value: boolean) => (value ? "yes" : "no");

function synapseCells(found: Audit | null): string[] {
  if (!found) return NONE;
  const route = (value: Route) => (value === "presented" ? "shown" : value);
  return [
    found.weightsAbove,
    yes(found.ownWeights),
    yes(found.activityAbove),
    route(found.output),
    route(found.label),
    { nothing: "-", output: "output", "layers above": "layers" }[found.waitsFor],
    yes(found.holdsActivity),
    String(found.numbersPerSample),
    String(found.presentations),
  ];
}

const SPIKING = `  pre      the presynaptic term: spikes, filtered; graded: no spike carried it
  signed   whether it can fall below 0
  post     what is read of the postsynaptic neuron: spikes; window: also whether
           its potential is within bounds; V: the potential, at any threshold
  third    the third factor: event, of one size or none; or a graded value
  others   what is read of other neurons and the readout, for the third factor
           or for what is presented next: spikes, window or V
  replay   whether the sample's input comes again just as it was
  reset    whether membranes and traces are put to rest for every sample
  changes  made after a batch, a sample, one showing of it, or at each spike`;

/** What hidden synapses read in spikes, one line per rule. */
export function spikingTable(
  rows: readonly { name: string; spiking: SpikingAudit | null; late: boolean }[],
  settings: RunSettings,
): string[] {
  const flags = Object.entries(settings).flatMap(([key, value]) =>
    value === false ? [] : [value === true ? `--${flagOf(key)}` : `--${flagOf(key)} ${value}`],
  );
  const head = ["rule", "pre", "signed", "post", "third", "others", "replay", "reset", "changes"];
  const lines = rows.map(({ name, spiking, late }) => [
    name,
    ...(late ? LATE : spiking ? spikingCells(spiking) : NONE),
  ]);
  return [
    "What hidden synapses use in spikes, seen in training on such a network with",
    ...folded(flags),
    ...SPIKING.split("\n"),
    "",
    ...aligned([head, ...lines]),
  ];
}

/** In the order of the columns; - where there is no such thing. */
export function spikingCells(found: SpikingAudit): string[] {
  const short = (value: string) =>
    ({ nothing: "-", potential: "V", presentation: "showing" })[value] ?? value;
  return [
    found.pre,
    yes(found.signed),
    short(found.post),
    short(found.third),
    short(found.others),
    found.replayed === null ? "-" : yes(found.replayed),
    yes(found.reset),
    short(found.changesAfter),
  ];
}

/** Words in lines of at most 80 characters, the last with a colon. */
function folded(words: readonly string[]): string[] {
  const lines = [""];
  for (const word of words) {
    const longer = lines.at(-1) === "" ? word : `${lines.at(-1)} ${word}`;
    if (longer.length < 80) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  lines[lines.length - 1] += ":";
  return lines;
}

const CIRCUITS = `What a synapse of a circuit's first hidden layer reads, found by following the
network's populations and projections:
  pre      of the presynaptic neuron: each spike alone, or the trace of its spikes
  post     of the postsynaptic one: its spikes, whether its drive is positive, or
           whether its potential is within a window
  own      whether its own spikes reach its modulator
  label    the sample's class at the modulator: direct, or in error neurons
  phases   a signal of phases, of no sample, says when to learn or what passes on
  kept     longest time that spikes are on their way to the modulator [ms]
  shared   feedback has the signs, or the weights, of forward synapses
  learns   whether feedback synapses learn
  rest     when the network is put to rest from outside
  shown    how often a sample is
  third    populations whose spikes are the third factor`;

/** What hidden synapses of circuits read, one line per rule that has one. */
export function circuitTable(
  rows: readonly { name: string; circuit: CircuitAudit | null; noCircuit?: string }[],
): string[] {
  const known = rows.filter(({ noCircuit }) => noCircuit === undefined);
  if (known.length === 0) return [];
  const head = ["rule", "pre", "post", "own", "label", "phases", "kept", "shared", "learns", "rest", "shown"];
  const lines = known.map(({ name, circuit }) => [name, ...(circuit ? circuitCells(circuit) : NONE)]);
  const thirds = known.flatMap(({ name, circuit }) =>
    circuit ? [`${name.padEnd(16)} third: ${circuit.third.join(", ")}`] : [],
  );
  return [...CIRCUITS.split("\n"), "", ...aligned([head, ...lines]), "", ...thirds];
}

function circuitCells(found: CircuitAudit): string[] {
  const { pre, post, ownSpikes, label, phases, keptMs, shared, feedbackLearns, rest, shown } = found;
  return [
    ...[pre, post, yes(ownSpikes), label, yes(phases), String(keptMs), shared, yes(feedbackLearns), rest],
    String(shown),
  ];
}
