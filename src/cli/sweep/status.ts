import { join } from "node:path";
import { Command } from "commander";
import { InputError } from "../../errors.ts";
import { entryAt } from "../../files/regular.ts";
import { documentOptions, show, wrapped } from "../document.ts";
import { heldBy } from "../lock.ts";
import { addOptions, type Flags } from "../options.ts";
import { type Configuration, distinct, type Sweep, sweepOf, titleOf } from "./configurations.ts";
import { Costs, durationText, secondsLeft } from "./costs.ts";
import { readDeclaration } from "./declaration.ts";
import { type State, SweepFolder } from "./folder.ts";
import { choiceTexts, choose, runsOf, runsToCome } from "./selection.ts";

const states: readonly State[] = ["done", "running", "begun", "waiting", "failed"];

/** The sweep that a folder is of. @throws InputError when it is of none */
export async function sweepIn(path: string): Promise<{ folder: SweepFolder; sweep: Sweep }> {
  const folder = new SweepFolder(path);
  const file = folder.declarationPath;
  if (!entryAt(file))
    throw new InputError(`${path}: expected the folder of a sweep, got no sweep.json there`);
  return { folder, sweep: await sweepOf(await readDeclaration(file), file) };
}

/** `threefactor sweep status FOLDER`: how far a sweep is, by what its folder holds. */
export function statusCommand(): Command {
  const command = new Command("status")
    .description("how far the sweep in a folder is")
    .argument("<folder>", "of threefactor sweep");
  return addOptions(command, documentOptions).action(async (path: string, _: unknown, own: Command) => {
    // The command above has options of these names too, and takes them.
    const flags = own.optsWithGlobals<Flags<typeof documentOptions>>();
    const { folder, sweep } = await sweepIn(path);
    const document = await statusOf(folder, sweep);
    await show(document, linesOf(document), flags);
  });
}

type Status = Awaited<ReturnType<typeof statusOf>>;

async function statusOf(folder: SweepFolder, sweep: Sweep) {
  const made = sweep.choices.length > 0 ? await choose(folder, sweep.choices) : null;
  const trials = sweep.choices.flatMap(({ candidates }) => candidates.flatMap(({ trials }) => trials));
  const stages = [
    ...(trials.length > 0 ? [await stageOf(folder, "select", trials)] : []),
    await stageOf(
      folder,
      "run",
      trials.length === 0 ? sweep.runs : made ? runsOf(made) : [],
      trials.length > 0 && !made ? distinct(runsToCome(sweep)).length : 0,
    ),
  ];
  const all = stages.flatMap(({ found }) => found);
  const costs = new Costs();
  await costs.learnFrom(
    folder,
    all.filter(({ state }) => state === "done").map(({ of }) => of),
  );
  const open = all.filter(({ state }) => state !== "done" && state !== "failed");
  const toCome = trials.length > 0 && !made ? runsToCome(sweep) : [];
  const running = open.filter(({ state }) => state === "running");
  const left = [...open.map(({ of, share }) => [of, share] as const), ...toCome.map(of => [of, 0] as const)];
  const seconds = left.length > 0 ? secondsLeft(left, costs, Math.max(1, running.length)) : 0;
  const listed = (state: State) => all.filter(each => each.state === state).map(({ of }) => of);
  return {
    schema: "threefactor.sweep-status/1" as const,
    folder: folder.path,
    stages: stages.map(({ stage, total, found }) => ({
      stage,
      total,
      ...(Object.fromEntries(
        states.map(state => [state, found.filter(each => each.state === state).length]),
      ) as Record<State, number>),
    })),
    chosen: choiceTexts(made ?? []),
    running: running.map(({ of, share }) => ({
      hash: of.hash,
      run: titleOf(of),
      epoch: Math.round(share * of.options.epochs),
      epochs: of.options.epochs,
      host: heldBy(join(folder.runFolder(of).path, "run.lock"))?.host ?? null,
    })),
    failed: listed("failed").map(of => ({ hash: of.hash, run: titleOf(of), why: folder.failure(of) })),
    /** With as many processes as run now; null before a run has ended. */
    secondsLeft: seconds,
  };
}

async function stageOf(
  folder: SweepFolder,
  stage: "select" | "run",
  all: readonly Configuration[],
  toCome = 0,
) {
  const found = [];
  for (const of of distinct(all)) {
    const state = await folder.state(of);
    const begun = state === "running" || state === "begun";
    const epochs = begun ? ((await folder.runFolder(of).checkpoint())?.state?.epochsDone ?? 0) : 0;
    found.push({ of, state, share: epochs / of.options.epochs });
  }
  return { stage, total: found.length + toCome, found };
}

function linesOf({ stages, chosen, running, failed, secondsLeft }: Status): string[] {
  const lines = [
    ...stages.map(stage => {
      const counts = states.filter(state => stage[state] > 0).map(state => `${stage[state]} ${state}`);
      return `${stage.stage}: ${stage.total} runs${counts.length > 0 ? `, ${counts.join(", ")}` : ""}`;
    }),
    ...chosen.map(text => `chosen: ${text}`),
    ...running.map(
      ({ hash, run, epoch, epochs, host }) => `running: ${hash} ${run}, epoch ${epoch}/${epochs}, on ${host}`,
    ),
    ...failed.map(({ hash, run, why }) => `failed: ${hash} ${run}: ${why}`),
    ...(secondsLeft ? [`about ${durationText(secondsLeft)} left`] : []),
  ];
  return lines.flatMap(line => wrapped(line, "  "));
}
