import { Command } from "commander";
import { audit } from "../audit/audit.ts";
import type { RunSettings } from "../audit/bench.ts";
import { auditCircuit, type CircuitAudit } from "../audit/circuit.ts";
import { spikingAudit } from "../audit/spiking.ts";
import { loadDataset } from "../data/index.ts";
import type { ModelDescription } from "../description/describe.ts";
import { InputError } from "../errors.ts";
import { selectBackend } from "../rate/backend.ts";
import { type Rule, ruleNamed, ruleRegistry, rules, whyNoCircuit } from "../rules/index.ts";
import { steps } from "../training/batches.ts";
import { circuitDescription } from "../training/circuitText.ts";
import type { Twin } from "../training/results.ts";
import { readoutOf } from "../training/spikingTrainer.ts";
import { circuitTable, circuitWords, spikingTable, synapseTable } from "./auditTables.ts";
import { compareOptions, plans } from "./compareOptions.ts";
import { alsoRecorded, type CompareFlags, comparison, defaultDataset } from "./compareTable.ts";
import { documentOptions, show, wrapped } from "./document.ts";

import { addOptions, type Flags, readOptions } from "./options.ts";
import { ruleCard } from "./ruleCard.ts";
import { constantsFor } from "./startNetwork.ts";
import { printJson } from "./terminal.ts";

const { encoder, modulation, replay, noReset, eligibility, reading, readout, batch } = comparison;
/** Of `compare`: what the spiking form is seen with. */
const seenWith = { reading, readout, encoder, modulation, replay, noReset, eligibility, batch };
const shownCircuit = {
  circuit: { help: "print the rule's circuit on the digits as JSON, a model for `threefactor simulate`" },
  hidden: { ...comparison.hidden, group: "Of --circuit:" },
  epochs: { takes: "<n>", help: comparison.epochs.help, read: comparison.epochs.read, otherwise: 1 },
  learningRate: {
    takes: "<x>",
    help: comparison.learningRate.help,
    read: comparison.learningRate.read,
    otherwise: null,
  },
  trainSamples: {
    takes: "<n>",
    help: comparison.trainSamples.help,
    read: comparison.trainSamples.read,
    otherwise: null,
  },
  seed: { ...alsoRecorded.seed, group: "Of --circuit:" },
} as const;
const options = { ...seenWith, ...documentOptions, ...shownCircuit };

/** Before all lines of a rule but the first. */
const COLUMN = " ".repeat(17);

/** `threefactor rules`: which rules there are, in which forms, and what each synapse must know. */
export function rulesCommand(): Command {
  const command = new Command("rules").argument(
    "[name]",
    "one rule alone: its equation, three factors, forms, source and options",
  );
  return addOptions(command, options).action(
    async (name: string | undefined, flags: Flags<typeof options>) => {
      if (flags.circuit) {
        if (name === undefined) throw new InputError("--circuit: expected the name of a rule before it");
        printJson(await circuitJson(name, flags));
        return;
      }
      const asked = name === undefined ? rules : [ruleNamed(name)];
      const settings = seenSettings(flags);
      await selectBackend("cpu"); // the audit's networks have a dozen neurons
      const rows = asked.map(rule => {
        const unavailable = rule.rateOnly;
        const noCircuit = whyNoCircuit(rule);
        const file = ruleRegistry.fileOf(rule.name);
        return {
          name: rule.name,
          title: rule.title,
          forms: ["rate", ...(unavailable ? [] : ["spike"]), ...(noCircuit === null ? ["circuit"] : [])],
          ...(noCircuit !== null && { noCircuit }),
          ...(unavailable && { unavailable }),
          presentations: rule.presentations,
          synapseKnows: rule.synapseKnows,
          source: rule.source,
          ...(rule.equation !== undefined && { equation: rule.equation }),
          ...(rule.factors && { factors: rule.factors }),
          ...(file !== undefined && { file }),
          ...(rule.options && { options: rule.options }),
          seen: { rate: seen(rule, "rate"), spike: seen(rule, "spike") },
          spiking: isLate(rule, settings) ? null : watched(rule, "spike", () => spikingAudit(rule, settings)),
        };
      });
      const circuits: (CircuitAudit | null)[] = [];
      for (const rule of asked) circuits.push(await circuitSeen(rule, flags));
      const withCircuits = rows.map((row, n) => ({ ...row, circuit: circuits[n] }));
      const inCircuits = withCircuits.flatMap(({ name, circuit }) => (circuit ? [{ name, circuit }] : []));
      const document = { schema: "threefactor.rules/1", settings, rules: withCircuits };
      const lines =
        name === undefined
          ? rows.flatMap(row => [
              `${row.name.padEnd(16)} ${row.forms.join(", ").padEnd(20)} ${row.presentations} presentation${row.presentations === 1 ? "" : "s"}`,
              ...wrapped(`${COLUMN}synapse knows: ${row.synapseKnows}`, `${COLUMN}  `),
              ...wrapped(`${COLUMN}${row.source}`, `${COLUMN}  `),
              ...(row.file === undefined ? [] : [`${COLUMN}defined in ${row.file}`]),
            ])
          : [
              ...rows.flatMap((row, n) => ruleCard(asked[n], row)),
              ...inCircuits
                .flatMap(({ circuit }) => circuitWords(circuit))
                .flatMap(line => (line === "" ? [""] : wrapped(line, "    "))),
            ];
      const inSpikes = rows.map((row, n) => ({ ...row, late: isLate(asked[n], settings) }));
      await show(
        document,
        [
          ...[...lines, "", ...synapseTable(rows), "", ...spikingTable(inSpikes, settings)],
          ...(inCircuits.length > 0 ? ["", ...circuitTable(inCircuits)] : []),
        ],
        flags,
      );
    },
  );
}

/** What is read in a rule's circuit on the digits; null where it has none. */
async function circuitSeen(rule: Rule, flags: Flags<typeof options>): Promise<CircuitAudit | null> {
  return whyNoCircuit(rule) === null ? auditCircuit(await circuitJson(rule.name, flags)) : null;
}

/** The circuit that `compare` would train, with the data set by its name. */
async function circuitJson(name: string, flags: Flags<typeof options>): Promise<ModelDescription> {
  const { hidden, epochs, learningRate, trainSamples, seed, encoder } = flags;
  const typed = {
    rules: name,
    twins: "circuit",
    hidden,
    epochs: epochs ?? "1",
    learningRate,
    trainSamples,
    seed,
    encoder,
  };
  const given = Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== undefined));
  const size = readOptions(shownCircuit, flags, constantsFor(defaultDataset, null)).trainSamples;
  const data = await loadDataset(defaultDataset, size === null ? {} : { trainSamples: size });
  const [plan] = plans(compareOptions(given as CompareFlags), data);
  const { count } = data.train;
  return circuitDescription(ruleNamed(name), plan.settings, count, { data: defaultDataset, samples: count });
}

/** Settings of the run that spiking forms are seen in. */
export function seenSettings(flags: Flags<typeof seenWith>): RunSettings {
  const constants = constantsFor(defaultDataset, null);
  const asked = readOptions(seenWith, flags, constants);
  const chosen = Object.entries(asked).filter(([, value]) => value !== null);
  const { reading = "spikes", readout, ...rest }: RunSettings = Object.fromEntries(chosen);
  const { batch } = steps(1, asked.batch, constants, "spike");
  return { reading, readout: readoutOf({ reading, ...(readout && { readout }) }), ...rest, batch };
}

function seen(rule: Rule, form: "rate" | "spike") {
  return watched(rule, form, () => audit(rule, form));
}

/** Whether the spiking form cannot learn in these settings. */
function isLate(rule: Rule, { eligibility }: RunSettings): boolean {
  return eligibility === "online" && !rule.knowsAhead;
}

/** A rule of a plugin may have faults of its own. */
function watched<T>(rule: Rule, form: Twin, look: () => T): T {
  const file = ruleRegistry.fileOf(rule.name);
  try {
    return look();
  } catch (error) {
    if (file === undefined || !(error instanceof Error)) throw error;
    throw new InputError(`${file}: rule ${rule.name}, ${form}: ${error.message}`, { cause: error });
  }
}
