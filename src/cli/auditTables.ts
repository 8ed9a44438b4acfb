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

const CIRCUITS = `What a plastic synapse of a rule's circuit reads beside its own presynaptic
spikes, traced through the network that \`rules NAME --circuit\` prints:
  post     of its neuron: the sum of inputs (drive), the potential, or nothing
  label    synapses between the label's spikes and its modulator
  out      those between the output neurons and it; - where they do not reach it
  W above  whether these are forward weights (transport): values or signs
  learn    synapses that carry its modulator learn too
  late     the longest that a spike of its modulator is under way [ms]
  tag      its change waits for another signal
  sign     neurons both excite and inhibit by it (against Dale's principle)
Of one rule, also where its third factors come from and what phases it needs.`;

/** One line for each plastic projection of each circuit. */
export function circuitTable(rows: readonly { name: string; circuit: CircuitAudit }[]): string[] {
  if (rows.length === 0) return [];
  const steps = (count: number | null) => (count === null ? "-" : String(count));
  const lines = rows.flatMap(({ name, circuit: { synapses } }) =>
    synapses.map((each, n) => [
      n === 0 ? name : "",
      each.name,
      each.post === "nothing" ? "-" : each.post,
      steps(each.label),
      steps(each.output),
      each.weightsAbove,
      yes(each.feedbackLearns),
      String(each.delayMs),
      yes(each.tag),
      each.mixedSigns ? "both" : "one",
    ]),
  );
  const head = [
    ["", "", "", "", "", "W", "", "", "", ""],
    ["rule", "synapses", "post", "label", "out", "above", "learn", "late", "tag", "sign"],
  ];
  return [...CIRCUITS.split("\n"), "", ...aligned([...head, ...lines])];
}

const RESTS: Readonly<Record<string, string>> = { samples: "before each sample", passes: "before each pass" };

/** Where a circuit's third factors come from, what phases they need, and when it is brought to rest. */
export function circuitWords({ synapses, rest }: CircuitAudit): string[] {
  const lines = synapses.map(({ name, third, phases, sharesWith }) => {
    const from = third.length > 0 ? `spikes of ${third.join(", ")}` : "nothing";
    const when = phases.length > 0 ? `; in phases: ${phases.join(", ")}` : "";
    const twins = sharesWith.length > 0 ? `; shares every change with ${sharesWith.join(", ")}` : "";
    return `  ${name}: ${from}${when}${twins}`;
  });
  return ["", "third factors in its circuit", ...lines, `  all comes to rest ${RESTS[rest] ?? rest}`];
}
