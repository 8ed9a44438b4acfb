/**
 * Whether rules learn: every rule on the 8x8 digits, three seeds, as rates and as spikes, with the encoders `rate` and
 * `poisson` and both readings, against the control whose hidden layer does not. Writes measured.json and prints the tables
 * of README.md. A run folder that is begun goes on, a finished one is read.
 *
 *     npm run build && node dist/experiments/digits/experiment.js RUNS_DIR [FORMS]
 *
 * FORMS are some of rate-spikes, rate-drive, poisson-spikes and poisson-drive, the first among them; by default all.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Results, type RunRecord, rules } from "../../src/index.ts";

const [folder, asked] = process.argv.slice(2);
if (!folder) {
  console.error("expected a folder for runs");
  process.exit(2);
}
const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const forms = (["rate", "poisson"] as const)
  .flatMap(encoder => (["spikes", "drive"] as const).map(reading => ({ encoder, reading })))
  .filter(({ encoder, reading }) => !asked || asked.split(",").includes(`${encoder}-${reading}`));

/** Of the first rule in each form; the others' differ by the name. */
const commands = new Map<string, RunRecord>();
/** A folder for each rule in each form, the first with the rate twins too; without some runs where weights diverge. */
const runs = forms.flatMap(({ encoder, reading }, n) =>
  rules.flatMap(({ name }) => {
    const out = `${folder}/${encoder}-${reading}/${name.replace(":", "-")}`;
    const job = [
      "--seeds",
      "1,2,3",
      "--epochs",
      "10",
      "--encoder",
      encoder,
      "--reading",
      reading,
      "--precision",
      "double",
    ];
    const begun = ["--rules", name, ...job, "--twins", n === 0 ? "rate,spike" : "spike"];
    if (!existsSync(`${out}/diverged`)) {
      const args = existsSync(`${out}/run.json`) ? ["--resume"] : begun;
      const done = spawnSync(process.execPath, [main, "compare", ...args, "--out", out], {
        stdio: ["inherit", "inherit", "pipe"],
        encoding: "utf8",
      });
      process.stderr.write(done.stderr);
      const diverged = done.status === 2 && done.stderr.includes("diverged");
      if (done.status !== 0 && !diverged) process.exit(done.status ?? 1);
      if (diverged) writeFileSync(`${out}/diverged`, done.stderr);
    }
    const read = (file: string) => JSON.parse(readFileSync(`${out}/${file}`, "utf8"));
    const record: RunRecord = read("run.json");
    if (!commands.has(`${encoder} ${reading}`)) commands.set(`${encoder} ${reading}`, record);
    // A rule whose first seed diverges leaves none.
    return existsSync(`${out}/results.json`) ? (read("results.json") as Results).runs : [];
  }),
);
const SEEDS = 3;

type Form = (typeof forms)[number] | null;
const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;
const spread = (x: readonly number[]) =>
  Math.sqrt(x.reduce((sum, value) => sum + (value - mean(x)) ** 2, 0) / (x.length - 1));
const own = (rule: string, form: Form) =>
  runs.filter(
    run =>
      run.rule === rule &&
      (form
        ? run.twin === "spike" && run.encoder === form.encoder && run.reading === form.reading
        : run.twin === "rate"),
  );
const percents = (rule: string, form: Form) => own(rule, form).map(run => 100 * run.testAccuracy);
const told = (x: readonly number[]) => `${mean(x).toFixed(2)} ± ${spread(x).toFixed(2)}`;
/** Further above the control than both spreads together. */
const above = (rule: string, form: Form) => {
  const [mine, control] = [percents(rule, form), percents("frozen", form)];
  return mean(mine) - mean(control) > spread(mine) + spread(control);
};
/** Student's t of two degrees of freedom, 95 %. */
const T95 = 4.303;
const gap = (rule: string, form: Form) => {
  if (own(rule, form).length < SEEDS) return "diverged";
  const rates = percents(rule, null);
  const gaps = percents(rule, form).map((percent, n) => percent - rates[n]);
  const [m, half] = [mean(gaps), (T95 * spread(gaps)) / Math.sqrt(gaps.length)];
  const spikes = mean(own(rule, form).map(run => run.hiddenSpikesPerSample!));
  return `${m < 0 ? "-" : "+"}${Math.abs(m).toFixed(2)} ± ${half.toFixed(2)} (${spikes.toFixed(0)})`;
};

console.log("| rule | rate twin | spikes | learns (rate, spikes) |\n| --- | --- | --- | --- |");
for (const { name } of rules) {
  const control = ["frozen", "shallow", "chance"].includes(name);
  const learns = [null, forms[0]].map(form => (above(name, form) ? "yes" : "no")).join(", ");
  const cells = [`\`${name}\``, told(percents(name, null)), told(percents(name, forms[0]))];
  console.log(`| ${cells.join(" | ")} | ${control ? "control" : learns} |`);
}
console.log(
  `\n| rule | ${forms.map(({ encoder, reading }) => `\`${encoder}\`, ${reading}`).join(" | ")} |\n| --- |${" --- |".repeat(forms.length)}`,
);
for (const { name } of rules)
  console.log(`| \`${name}\` | ${forms.map(form => gap(name, form)).join(" | ")} |`);

const lines = runs.map(({ rule, twin, encoder, reading, seed, learningRate, batch, ...run }) => {
  const { testAccuracy, trainAccuracy, hiddenSpikesPerSample } = run;
  const alignmentDegrees = run.alignmentDegrees.map((angle: number) => Number(angle.toFixed(2)));
  return JSON.stringify({
    ...{ rule, twin, encoder, reading, seed, learningRate, batch },
    ...{ testAccuracy, trainAccuracy, hiddenSpikesPerSample, alignmentDegrees },
  });
});
const [{ versions, backend, machine, startedAt }] = [...commands.values()];
const about = {
  commands: [...commands.values()].map(({ command }) => command),
  ...{ versions, backend, machine },
  date: startedAt.slice(0, 10),
  testSamples: runs[0].testSamples,
};
writeFileSync(
  new URL("../../../experiments/digits/measured.json", import.meta.url),
  `{\n "about": ${JSON.stringify(about)},\n "runs": [\n  ${lines.join(",\n  ")}\n ]\n}\n`,
);
