import { Command } from "commander";
import { layeredModels } from "../../models/index.ts";
import { augment, parseAugmentation } from "../data/augment.ts";
import { classNotes } from "../data/classes.ts";
import type { Dataset } from "../data/dataset.ts";
import { notation } from "../engine/architecture.ts";
import type { Raster } from "../engine/raster.ts";
import { InputError, Interrupted } from "../errors.ts";
import { backendTitle, selectBackend } from "../rate/backend.ts";
import { formatTable } from "../report/table.ts";
import { ruleNamed, rules } from "../rules/index.ts";
import type { Parameters } from "../training/initialise.ts";
import { recordSample } from "../training/record.ts";
import type { Results, RunRecord, RunResult } from "../training/results.ts";
import { defaultSchedule, schedules } from "../training/schedule.ts";
import { createTrainer, type RunPlan, train } from "../training/train.ts";
import { spread } from "../training/workers.ts";
import { integer } from "./arguments.ts";
import { resultsOf } from "./checkRun.ts";
import { type CompareFlags, type CompareOptions, networkFor, plans } from "./compareOptions.ts";
import { loadAnyDataset } from "./eventDatasets.ts";
import { beginRun, newRecord, openRun, resumeCommand } from "./openRun.ts";
import { bar, Progress } from "./progress.ts";
import type { Checkpoint, RunFolder } from "./runFolder.ts";
import { endAtOnce, heedingSignals } from "./signals.ts";
import { print, printJson } from "./terminal.ts";
import { trainedNetwork } from "./trainedNetwork.ts";
import { spikingUnavailable } from "./unavailable.ts";
import { writeReport } from "./writeReport.ts";

/** `threefactor compare`: trains rules in both twins and writes a run folder. */
export function compareCommand(): Command {
  return new Command("compare")
    .option(
      "--dataset <name>",
      "digits, mnist, fashion-mnist, cifar10, cifar100, nmnist, shd, ssc, folder:PATH of pictures by class, or a folder " +
        "with four IDX files (default: digits)",
    )
    .option("--rules <names>", `comma-separated, or all: ${rules.map(rule => rule.name).join(", ")}`)
    .option("--twins <names>", "rate, spike or rate,spike (default: rate,spike)")
    .option(
      "--model <name>",
      `a network layer by layer: ${Object.keys(layeredModels).join(", ")}, or a JSON file`,
    )
    .option("--hidden <sizes>", "neurons of each hidden layer, such as 256 or 256,128")
    .option("--epochs <n>", "passes over the training part")
    .option("--batch <n>", "samples between two changes of the weights")
    .option("--learning-rate <x>", "for every rule; by default the data set's own rates")
    .option(
      "--schedule <expression>",
      `factor on the learning rate: an expression in progress and epoch, or ${Object.keys(schedules).join(", ")} (default: "${defaultSchedule}")`,
    )
    .option("--optimiser <name>", "sgd, momentum, nesterov or adam, in both twins (default: sgd)")
    .option("--weight-decay <x>", "share of the learning rate by which learning weights shrink at every step")
    .option(
      "--activity-decay <x>",
      "share of a hidden neuron's own activity in its third factor (default: 0)",
    )
    .option(
      "--dropout <p>",
      "probability of a hidden neuron to be left out while a sample is learned (default: 0)",
    )
    .option("--encoder <name>", "current, rate, poisson or latency (default: rate)")
    .option(
      "--eligibility <name>",
      "trace; timing: read at postsynaptic spikes; online: weights change at spikes, for rules that know their third factor beforehand (default: trace)",
    )
    .option("--v-threshold <x>", "activation that one hidden spike stands for")
    .option("--max-spikes <n>", "spikes of a full-intensity input in one presentation")
    .option(
      "--train-samples <n>",
      "use the first n; beyond the training part, validation samples are used up",
    )
    .option("--test-samples <n>", "use the first n")
    .option(
      "--augment <list>",
      "crop:SIDE[+PAD], flip and standardise, of pictures; crops and flips are drawn anew every epoch",
    )
    .option("--seed <n>", "same as --seeds with one seed (default: 1)")
    .option("--seeds <list>", "one run of every rule and twin per seed, such as 1,2,3")
    .option("--data-dir <folder>", "where data sets lie (default: $THREEFACTOR_DATA, else the user's cache)")
    .option(
      "--workers <n>",
      "threads that share each batch of a spiking twin; the numbers do not depend on it (default: 1)",
    )
    .option(
      "--backend <name>",
      "tfjs-node, wasm or cpu, by default the first of them that starts; or blas (wasm with the products of an installed BLAS) or webgpu",
    )
    .option("--out <folder>", "run folder to write (default: a new one under runs/)")
    .option("--resume", "go on with the unfinished run in --out; options that are not given are the run's")
    .option("--json", "print results.json on standard output and nothing else")
    .action(compare);
}

async function compare(flags: CompareFlags): Promise<void> {
  const workers = flags.workers === undefined ? 1 : integer("workers", flags.workers, 1, 256);
  const opened = await openRun(flags);
  let { folder } = opened;
  try {
    const { data, all, notes, record } = await prepare(opened, flags);
    if (!opened.record) folder = await beginRun(folder, record, flags);
    const { options } = opened;
    const progress = new Progress();
    progress.line(`${title(options, data)}; tensors on ${backendTitle()}; writing ${folder.path}`);
    for (const rule of options.rules) {
      const unavailable = spikingUnavailable(ruleNamed(rule));
      if (unavailable && options.twins.includes("spike"))
        progress.line(`${rule} has no spiking form: ${unavailable}`);
    }
    for (const note of notes) progress.line(`note: ${note}`);
    await heedingSignals(async () => {
      const runs = await runAll(folder, all, data, progress, resumeCommand(folder, flags), workers);
      const results = resultsOf(runs, notes);
      await conclude(folder, results, record);
      if (flags.json) printJson(results);
      else print(...formatTable(results).split("\n"), "", `Report: ${folder.path}/report.html`);
    });
  } finally {
    folder.unlock();
  }
}

/** Everything that can be refused before a folder is made. */
async function prepare(
  { folder, options, record: begun }: Awaited<ReturnType<typeof openRun>>,
  flags: CompareFlags,
): Promise<{ data: Dataset; all: readonly RunPlan[]; notes: readonly string[]; record: RunRecord }> {
  const loaded = await loadAnyDataset(options.dataset, {
    ...(flags.dataDir !== undefined && { dataDir: flags.dataDir }),
    ...(options.trainSamples !== null && { trainSamples: options.trainSamples }),
    ...(options.testSamples !== null && { testSamples: options.testSamples }),
  });
  const words = options.augment?.split(",");
  const data = words ? augment(loaded, parseAugmentation(words, "--augment")) : loaded;
  const all = plans(options, data);
  const backend = await selectBackend(flags.backend ?? begun?.backend);
  if (begun && begun.backend !== backend) {
    throw new InputError(`--backend: ${folder.path} was begun on ${begun.backend}, got ${backend}`);
  }
  if (begun?.library && begun.library !== backendTitle()) {
    throw new InputError(
      `run.json: ${folder.path} was begun on ${begun.library}, expected that, found ${backendTitle()}`,
    );
  }
  const notes = classNotes(data);
  return { data, all, notes, record: begun ?? newRecord(options, flags, backend, notes) };
}

/** Writes what stands in a finished run's folder. */
async function conclude(folder: RunFolder, results: Results, record: RunRecord): Promise<void> {
  await folder.writeResults(results);
  await folder.writeRecord(record.endedAt ? record : { ...record, endedAt: new Date().toISOString() });
  await writeReport(folder);
  await folder.removeCheckpoint();
  // Only now: a folder that cannot be resumed stays as it is.
  await folder.removeTemporary();
}

/** Trains every plan that the checkpoint does not hold yet, with a checkpoint after every epoch. */
async function runAll(
  folder: RunFolder,
  all: readonly RunPlan[],
  data: Dataset,
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
          makeTrainer: (of, data) => spread(createTrainer(of, data), of, data, workers),
          onProgress(epoch, samples) {
            const share = (epoch - 1 + samples / data.train.count) / settings.epochs;
            progress.update(`${name}  ${bar(share)}  epoch ${epoch}/${settings.epochs}`);
          },
          stateName: folder.checkpointPath,
          onEpoch: at => folder.writeCheckpoint({ done: results, state: at }),
        },
        state,
      );
      state = null;
      if (plan.twin === "spike") {
        await folder.writeRaster(plan.rule, settings.seed, recorded(plan, data, trained.parameters));
      }
      const network = trainedNetwork(plan, data, trained);
      await folder.writeNetwork(plan.rule, plan.twin, settings.seed, network);
      results.push(trained.result);
      await folder.writeResults(resultsOf(results, classNotes(data)));
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

/** The copy of the readout fires by its logits, and gives up on weights that have nearly diverged. */
function recorded(plan: RunPlan, data: Dataset, parameters: Parameters): Raster {
  try {
    return recordSample(plan, data, parameters);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${plan.rule} ${plan.twin}, raster: ${error.message}`, { cause: error });
  }
}

/** Without a checkpoint, results stand in the folder only when the run had ended. */
async function finishedResults(folder: RunFolder): Promise<RunResult[]> {
  return (await folder.holdsRun()) && (await folder.record()).endedAt
    ? [...(await folder.results()).runs]
    : [];
}

/** Runs are made in one order, so that those done are the first of all. */
function checkOrder(done: readonly RunResult[], all: readonly RunPlan[], folder: RunFolder): void {
  if (done.length > all.length) {
    throw new InputError(`${folder.path}: expected at most ${all.length} finished runs, got ${done.length}`);
  }
  done.forEach((run, k) => {
    const { rule, twin, settings } = all[k]!;
    const [expected, got] = [
      `${rule} ${twin} seed ${settings.seed}`,
      `${run.rule} ${run.twin} seed ${run.seed}`,
    ];
    if (expected !== got) {
      throw new InputError(`${folder.path}: finished run ${k + 1}: expected ${expected}, got ${got}`);
    }
  });
}

function title(options: CompareOptions, data: Dataset): string {
  const sizes = notation(networkFor(options, data));
  const names = options.rules.map(name => ruleNamed(name).title).join(", ");
  return `${data.name} ${sizes}, ${options.encoder} encoder: ${names}`;
}
