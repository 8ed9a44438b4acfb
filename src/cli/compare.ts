import { Command } from "commander";
import { augment, parseAugmentation } from "../data/augment.ts";
import { classNotes } from "../data/classes.ts";
import type { Dataset } from "../data/dataset.ts";
import { loadDataset } from "../data/index.ts";
import { dense, notation } from "../engine/network/architecture.ts";
import type { Raster } from "../engine/record/raster.ts";
import { about, InputError, Interrupted } from "../errors.ts";
import { backendTitle, selectBackend } from "../rate/backend.ts";
import { sawText } from "../report/saw.ts";
import { formatTable } from "../report/table.ts";
import { ruleNamed, whyNoCircuit } from "../rules/index.ts";
import { outlineOf } from "../training/circuitText.ts";
import type { Parameters } from "../training/initialise.ts";
import { recordSample } from "../training/record.ts";
import { recordCircuit } from "../training/recordCircuit.ts";
import type { Results, RunRecord, RunResult } from "../training/results.ts";
import { whatWasSeen } from "../training/saw.ts";
import { train } from "../training/train.ts";
import { spread } from "../training/workers.ts";
import { resultsOf } from "./checkRun.ts";
import { type NamedPlan, plans } from "./compareOptions.ts";
import { alsoRecorded, type CompareFlags, type CompareOptions, comparison, conduct } from "./compareTable.ts";
import { beginRun, newRecord, openRun, resumeCommand } from "./openRun.ts";
import { addOptions, readOptions } from "./options.ts";
import { plugins } from "./plugins.ts";
import { presetNotes, withPreset } from "./presets.ts";
import { bar, Progress } from "./progress.ts";
import type { Checkpoint, RunFolder } from "./runFolder.ts";
import { endAtOnce, heedingSignals } from "./signals.ts";
import { endWithSweep, tellSweep } from "./sweep/child.ts";
import { print, printJson, terminalWidth } from "./terminal.ts";
import { trainedNetwork } from "./trainedNetwork.ts";
import { writeReport } from "./writeReport.ts";

/** `threefactor compare`: trains rules in both twins and writes a run folder. */
export function compareCommand(): Command {
  const table = { ...comparison, ...alsoRecorded, ...conduct };
  return addOptions(new Command("compare"), table).action(compare);
}

async function compare(typed: CompareFlags): Promise<void> {
  const flags = withPreset(typed);
  const { workers } = readOptions(conduct, flags);
  endWithSweep();
  const opened = await openRun(flags);
  let { folder } = opened;
  try {
    const { data, all, notes, record } = await prepare(opened, flags);
    if (!opened.record) folder = await beginRun(folder, record, flags);
    const { options } = opened;
    const progress = new Progress();
    progress.line(
      `${title(options, data, all, record)}; tensors on ${backendTitle()}; writing ${folder.path}`,
    );
    for (const { file } of plugins) progress.line(`plugin: ${file}`);
    for (const rule of options.rules) {
      const found = ruleNamed(rule);
      if (found.rateOnly && options.twins.includes("spike"))
        progress.line(`${rule} has no spiking form: ${found.rateOnly}`);
      const why = options.twins.includes("circuit") ? whyNoCircuit(found) : null;
      if (why !== null) progress.line(`${rule} has no circuit: ${why}`);
    }
    for (const note of notes) progress.line(`note: ${note}`);
    await heedingSignals(async () => {
      const runs = await runAll(folder, all, data, notes, progress, resumeCommand(folder, flags), workers);
      const results = resultsOf(runs, notes);
      await conclude(folder, results, record, flags.noReport !== true);
      const written = flags.noReport ? [] : ["", `Report: ${folder.path}/report.html`];
      if (flags.json) printJson(results);
      else print(...formatTable(results, terminalWidth()).split("\n"), ...written);
    });
  } finally {
    folder.unlock();
  }
}

/** Everything that can be refused before a folder is made. */
async function prepare(
  { folder, options, record: begun, start }: Awaited<ReturnType<typeof openRun>>,
  flags: CompareFlags,
): Promise<{ data: Dataset; all: readonly NamedPlan[]; notes: readonly string[]; record: RunRecord }> {
  const loaded = await loadDataset(options.dataset, {
    ...(flags.dataDir !== undefined && { dataDir: flags.dataDir }),
    ...(options.trainSamples !== null && { trainSamples: options.trainSamples }),
    ...(options.testSamples !== null && { testSamples: options.testSamples }),
    keepValidation: options.measure === "validation",
  });
  const words = options.augment?.split(",");
  const whole = words ? augment(loaded, parseAugmentation(words, "--augment")) : loaded;
  const data = options.measure === "validation" ? measuredOnValidation(whole) : whole;
  const all = plans(options, data, start);
  const backend = await selectBackend(flags.backend ?? begun?.backend);
  if (begun && begun.backend !== backend) {
    throw new InputError(`--backend: ${folder.path} was begun on ${begun.backend}, got ${backend}`);
  }
  if (begun?.library && begun.library !== backendTitle()) {
    throw new InputError(
      `run.json: ${folder.path} was begun on ${begun.library}, expected that, found ${backendTitle()}`,
    );
  }
  const { count } = data.train;
  const kept = `${count} samples are learned, not ${options.trainSamples}, as validation samples are kept to measure on`;
  const unread = "accuracies are of validation samples, and the test part is not read";
  const found = [
    ...presetNotes(flags),
    ...classNotes(data),
    ...(options.measure === "validation" ? [unread] : []),
    ...(options.measure === "validation" && (options.trainSamples ?? 0) > count ? [kept] : []),
    ...(start?.notes ?? []),
  ];
  const notes = begun ? (begun.notes ?? []) : found;
  const saw = whatWasSeen(all, loaded);
  const record = { ...(begun ?? newRecord(options, flags, backend, notes, start, folder)), saw };
  return { data, all, notes, record };
}

/** The test part is not there to be read. */
function measuredOnValidation(data: Dataset): Dataset {
  if (data.validation.count > 0) return { ...data, test: data.validation };
  throw new InputError(
    `--measure: expected test for ${data.name} without validation samples, got validation`,
  );
}

/** Writes what stands in a finished run's folder. */
async function conclude(
  folder: RunFolder,
  results: Results,
  record: RunRecord,
  report: boolean,
): Promise<void> {
  await folder.writeResults(results);
  await folder.writeRecord(record.endedAt ? record : { ...record, endedAt: new Date().toISOString() });
  if (report) await writeReport(folder);
  await folder.removeCheckpoint();
  // Only now: a folder that cannot be resumed stays as it is.
  await folder.removeTemporary();
}

/** Trains every plan that the checkpoint does not hold yet, with a checkpoint after every epoch. */
async function runAll(
  folder: RunFolder,
  all: readonly NamedPlan[],
  data: Dataset,
  notes: readonly string[],
  progress: Progress,
  resume: string,
  workers: number,
): Promise<readonly RunResult[]> {
  const checkpoint: Checkpoint | null = await folder.checkpoint();
  const results = checkpoint ? [...checkpoint.done] : await finishedResults(folder);
  checkOrder(results, all, folder);
  let state = checkpoint?.state ?? null;
  const stop = new AbortController();
  const trainAll = async () => {
    for (const plan of all.slice(results.length)) {
      const { settings } = plan;
      const name = `[${results.length + 1}/${all.length}] ${plan.rule} ${plan.twin} seed ${settings.seed}`;
      const trained = await train(
        plan,
        data,
        {
          signal: stop.signal,
          makeTrainer: (of, data) => spread(of, data, workers),
          onProgress(epoch, samples) {
            const share = (epoch - 1 + samples / data.train.count) / settings.epochs;
            progress.update(`${name}  ${bar(share)}  epoch ${epoch}/${settings.epochs}`);
            tellSweep((results.length + share) / all.length);
          },
          stateName: folder.checkpointPath,
          async onEpoch(at) {
            await folder.writeCheckpoint({ done: results, state: at });
            tellSweep((results.length + at.epochsDone / settings.epochs) / all.length);
          },
        },
        state,
      );
      state = null;
      if (plan.twin !== "rate") {
        await folder.writeRaster(
          plan.rule,
          settings.seed,
          recorded(plan, data, trained.parameters),
          plan.twin,
        );
      }
      if (plan.twin === "circuit")
        await folder.writeCircuit(outlineOf(ruleNamed(plan.rule), settings, data.train.count));
      const network = trainedNetwork(plan, data, trained);
      await folder.writeNetwork(plan.rule, plan.twin, settings.seed, network);
      results.push(trained.result);
      await folder.writeResults(resultsOf(results, notes));
      await folder.writeCheckpoint({ done: results, state: null });
      const { testAccuracy, wallSeconds } = trained.result;
      progress.line(`${name}: test ${(100 * testAccuracy).toFixed(2)} % in ${wallSeconds.toFixed(1)} s`);
    }
  };
  try {
    await heedingSignals(trainAll, signal => (stop.signal.aborted ? endAtOnce(signal) : stop.abort()));
  } catch (error) {
    if (error instanceof InputError && results.length > 0)
      throw new InputError(
        `${error.message}; ${results.length} run${results.length > 1 ? "s" : ""} before it ended well: threefactor report ${folder.path}`,
        { cause: error },
      );
    if (!(error instanceof Interrupted)) throw error;
    throw new Interrupted(`interrupted ${error.message}; go on from its last finished epoch with: ${resume}`);
  } finally {
    progress.clear();
  }
  return results;
}

/** A readout that fires does so by its logits, and gives up on weights that have nearly diverged. */
function recorded(plan: NamedPlan, data: Dataset, parameters: Parameters): Raster {
  return about(`${plan.rule} ${plan.twin}, raster`, () =>
    (plan.twin === "circuit" ? recordCircuit : recordSample)(plan, data, parameters),
  );
}

/** Without a checkpoint, results stand in the folder only when the run had ended. */
async function finishedResults(folder: RunFolder): Promise<RunResult[]> {
  return (await folder.holdsRun()) && (await folder.record()).endedAt
    ? [...(await folder.results()).runs]
    : [];
}

/** Runs are made in one order, so that those done are the first of all. */
function checkOrder(done: readonly RunResult[], all: readonly NamedPlan[], folder: RunFolder): void {
  if (done.length > all.length) {
    throw new InputError(`${folder.path}: expected at most ${all.length} finished runs, got ${done.length}`);
  }
  done.forEach((run, k) => {
    const { rule, twin, settings } = all[k];
    const [expected, got] = [
      `${rule} ${twin} seed ${settings.seed}`,
      `${run.rule} ${run.twin} seed ${run.seed}`,
    ];
    if (expected !== got) {
      throw new InputError(`${folder.path}: finished run ${k + 1}: expected ${expected}, got ${got}`);
    }
  });
}

function title(
  { rules, twins, precision }: CompareOptions,
  data: Dataset,
  [{ settings }]: readonly NamedPlan[],
  { saw }: RunRecord,
): string {
  const sizes = notation(settings.architecture ?? dense(settings.sizes));
  const names = rules.map(name => ruleNamed(name).title).join(", ");
  const spikes = twins.includes("spike") ? `; spiking twins in ${precision} precision` : "";
  return `${data.name} ${sizes}: ${names}; ${sawText(saw)}${spikes}`;
}
