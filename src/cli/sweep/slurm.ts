import { spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InputError, inOneLine } from "../../errors.ts";
import { writeAtomic } from "../../files/atomic.ts";

/** A job that has been submitted. */
export interface Job {
  readonly stage: "select" | "run" | "merge";
  readonly id: string;
  /** Indices of its tasks; null for a job of one task. */
  readonly array: string | null;
}

/**
 * Writes the scripts of a sweep and submits them: an array for each stage, each after the one before, and a job that
 * merges. All or none stay submitted.
 * @param words  the command of one task, which finds its index in the environment
 * @param merge  the command that merges
 * @throws InputError when there is no sbatch, or it refuses
 */
export async function submit(
  folder: string,
  name: string,
  { select, run }: { readonly select: number; readonly run: number },
  words: readonly string[],
  merge: readonly string[],
  options: readonly string[],
): Promise<Job[]> {
  const at = join(resolve(folder), "slurm");
  await mkdir(at, { recursive: true });
  const [task, last] = [join(at, "task.sh"), join(at, "merge.sh")];
  await writeAtomic(task, taskScript(name, at, words, options));
  await writeAtomic(last, mergeScript(name, at, merge, options));
  const jobs: Job[] = [];
  const add = (stage: Job["stage"], array: string | null, script: string) => {
    const before = jobs.at(-1);
    const id = sbatch([
      ...(array === null ? [] : [`--array=${array}`]),
      ...(before ? [`--dependency=afterany:${before.id}`] : []),
      script,
    ]);
    jobs.push({ stage, id, array });
  };
  try {
    if (select > 0) add("select", range(0, select), task);
    add("run", range(select, run), task);
    add("merge", null, last);
  } catch (error) {
    if (jobs.length > 0)
      spawnSync(
        "scancel",
        jobs.map(({ id }) => id),
      );
    throw error;
  }
  return jobs;
}

function range(from: number, count: number): string {
  return count === 1 ? `${from}` : `${from}-${from + count - 1}`;
}

/** @returns the number of the job */
function sbatch(args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync("sbatch", ["--parsable", ...args], {
    encoding: "utf8",
  });
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === "ENOENT") throw new InputError("--slurm: expected sbatch on the PATH, got none");
  if (error) throw error;
  // A federation of clusters adds a name.
  const [, id] = /^(\d+)(;.*)?$/m.exec(stdout.trim()) ?? [];
  if (status !== 0 || id === undefined)
    throw new InputError(
      `--slurm: sbatch: ${inOneLine(stderr.trim()) || `expected a job's number, got code ${status}`}`,
    );
  return id;
}

/**
 * Two minutes before its time limit a task writes its checkpoints and goes back into the queue; cancelled or preempted
 * it writes them too.
 */
function taskScript(name: string, at: string, words: readonly string[], options: readonly string[]): string {
  return `#!/bin/bash
#SBATCH --job-name=${name}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:USR1@120
#SBATCH --output=${at}/%A_%a.log
${directives(options)}
again=
trap 'again=1; kill -TERM "$task"' USR1
trap 'kill -TERM "$task"' TERM
${shellLine(words)} &
task=$!
wait "$task"
code=$?
# A signal ends a wait before the task has ended.
while kill -0 "$task" 2>/dev/null; do
  wait "$task"
  code=$?
done
if [ -n "$again" ] && [ "$code" -ne 0 ]; then
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}"
fi
exit "$code"
`;
}

function mergeScript(name: string, at: string, words: readonly string[], options: readonly string[]): string {
  return `#!/bin/bash
#SBATCH --job-name=${name}-merge
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=${at}/merge_%j.log
${directives(options)}
exec ${shellLine(words)}
`;
}

/** Those of the user stand last, and so decide. */
function directives(options: readonly string[]): string {
  return options.map(option => `#SBATCH ${option}\n`).join("");
}

function shellLine(words: readonly string[]): string {
  return words
    .map(word => (/^[\w.,:/@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}

/** Options of sbatch, one each, from what stands in one text. @throws InputError for what is none */
export function sbatchOptions(text: string): string[] {
  const options = text.trim() === "" ? [] : text.trim().split(/\s+(?=-)/);
  for (const option of options)
    if (!/^-{1,2}[A-Za-z][^\n]*$/.test(option))
      throw new InputError(
        `--slurm: expected options of sbatch, such as --time=04:00:00, got ${JSON.stringify(option)}`,
      );
  return options;
}
