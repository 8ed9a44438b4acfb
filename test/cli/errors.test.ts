import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tinySet } from "../data/idxFiles.ts";
import { expectExit2, expectInputError } from "./badInput.ts";
import { scratch, start, startWith, threefactor } from "./process.ts";

const folder = scratch();
const small = [
  ...["--dataset", "digits", "--train-samples", "100", "--test-samples", "50"],
  ...["--epochs", "2", "--hidden", "8"],
];
let places = 0;

describe("an option that cannot be meant is refused in one line, and no folder is made", () => {
  const wrong: [option: string, line: RegExp | string][] = [
    ["--rules foo", /^rule: expected one of bp, .*, got foo$/],
    ["--rules bp,,dfa", '--rules: expected values separated by commas, got "bp,,dfa"'],
    ["--dataset foo", /^dataset: found "foo"; expected digits, mnist, .* or an existing folder with /],
    ["--encoder foo", /^encoder: expected one of current, .*, got foo$/],
    ["--twins foo", "--twins: expected one of rate, spike, circuit, got foo"],
    ["--eligibility foo", "--eligibility: expected one of trace, timing, online, got foo"],
    ["--backend foo", "--backend: expected one of tfjs-node, blas, wasm, webgpu, cpu, got foo"],
    ["--epochs -1", "--epochs: expected an integer of 1 or more, got -1"],
    ["--epochs 0", "--epochs: expected an integer of 1 or more, got 0"],
    ["--epochs 1.5", "--epochs: expected an integer of 1 or more, got 1.5"],
    ["--epochs abc", "--epochs: expected an integer of 1 or more, got abc"],
    ["--epochs ", '--epochs: expected an integer of 1 or more, got ""'],
    ["--hidden 0", "--hidden: expected an integer from 1 to 100000, got 0"],
    ["--hidden 8,", '--hidden: expected an integer from 1 to 100000, got ""'],
    ["--hidden 100000,100000", /^--hidden: expected at most 100000000 synapses, got 10007400000 for 64-/],
    ["--seeds 1,1", "--seeds: expected each value once, got 1 twice"],
    ["--seeds 1,01", "--seeds: expected each seed once, got 1 twice"],
    ["--seed 1,2", "--seed: expected an integer of 0 or more, got 1,2"],
    ["--learning-rate 0", "--learning-rate: expected a number above 0, got 0"],
    ["--v-threshold -1", "--v-threshold: expected a number above 0, got -1"],
    [
      "--schedule foo(",
      /^schedule: expected an expression .*, got "foo\(": expected a quantity or an expression$/,
    ],
    [
      "--schedule [1,2]",
      /^schedule: expected an expression .*, got "\[1,2\]": expected one expression .*, got a list$/,
    ],
    ["--schedule 0.2-progress", /^schedule: .*, got "0.2-progress": expected 0 or more, got -0.3$/],
    ["--schedule 1/(0.5-progress)", /^schedule: .* expected 0 or more, got Infinity$/],
    ["--train-samples 1298", "trainSamples: found 1298; expected an integer from 1 to 1297 for digits"],
    ["--out ", '--out: expected a folder, got ""'],
  ];
  test.each(wrong)("%j", async (option, line) => {
    const out = folder(`option ${places++}`);
    const [name = "", value = ""] = option.split(" ");
    await expectInputError([...small, "--out", out, name, value], line);
    expect(existsSync(out)).toBe(false);
  });

  test.each<[string, string, RegExp]>([
    ["--epochs", "-1", /^--epochs: expected an integer of 1 or more, got -1$/],
    [
      "--schedule",
      "1\n2",
      /^schedule: expected an expression .*, got "1\\n2": expected one expression .*, got several expressions$/,
    ],
    ["--foo", "1", /^unknown option '--foo'$/],
    ["--seed", "1 --epochs", /^--seed: expected an integer of 0 or more, got "1 --epochs"$/],
  ])("as a process: %j %j", async (name, value, line) => {
    const out = folder(`option ${places++}`);
    await expectExit2(["compare", ...small, "--out", out, name, value], line);
    expect(existsSync(out)).toBe(false);
  });

  test("--resume without --out", () =>
    expectInputError(["--resume"], "--resume: expected --out with the folder of the run, got none"));
});

describe("data that are not there or damaged are refused before a folder is made", () => {
  test("a data folder that does not exist", async () => {
    const [out, nowhere] = [folder("no data"), folder("nowhere")];
    const args = ["compare", "--dataset", "mnist", "--data-dir", nowhere, "--out", out];
    const line = `mnist: not found in ${nowhere}/mnist or ${nowhere}; get it with "threefactor data fetch mnist --data-dir ${nowhere}" or name its folder with --data-dir`;
    await expectExit2(args, line);
    expect(existsSync(out)).toBe(false);
  });

  test("a file of the set with other bytes", async () => {
    const [out, dataDir] = [folder("damaged data"), folder("damaged")];
    await mkdir(join(dataDir, "mnist"), { recursive: true });
    await writeFile(join(dataDir, "mnist", "train-labels-idx1-ubyte"), "damaged");
    await expectInputError(
      ["--dataset", "mnist", "--data-dir", dataDir, "--out", out],
      /train-labels-idx1-ubyte: found a damaged or different file .* replace it with /,
    );
    expect(existsSync(out)).toBe(false);
  });

  test("a folder whose files are cut short", async () => {
    const [out, set] = [folder("short set"), folder("idx")];
    await mkdir(set);
    for (const [name, bytes] of Object.entries(tinySet())) await writeFile(join(set, name), bytes);
    const images = join(set, "train-images-idx3-ubyte");
    await writeFile(images, (await readFile(images)).subarray(0, 100));
    await expectInputError(
      ["--dataset", set, "--out", out],
      `${images}: truncated: found 100 bytes; its header says 24 images of 2 x 3 pixels, so expected 160`,
    );
    expect(existsSync(out)).toBe(false);
  });
});

describe("commands", () => {
  test("an unknown one is named", () => expectExit2(["foo"], "unknown command 'foo'"));

  test("report of no folder names the file that it misses", () =>
    expectExit2(["report", "/nowhere"], "/nowhere/results.json: expected a file, got nothing there"));

  test("an --out where nothing can be written is refused", async () => {
    const file = folder("file");
    await writeFile(file, "kept");
    await expectInputError([...small, "--out", file], `--out: ${file}: expected a folder, got a file`);
    await expectExit2(
      ["rules", "--out", join(file, "rules.json")],
      /^--out: .* cannot be written \((EEXIST|ENOTDIR)\); expected a file/,
    );
    expect(await readFile(file, "utf8")).toBe("kept");
  });

  test("a model, a setting or a recording that is not there is named", async () => {
    await expectExit2(["simulate", "foo"], /^model: expected one of .*, or a file that exists, got foo$/);
    await expectExit2(
      ["export", "/nowhere", "--to", "csv"],
      "/nowhere: expected a file or folder, got nothing there",
    );
  });

  test.each([[], ["data"]])("without a command, help is shown: %j", async (...args) => {
    const { code, stdout, stderr } = await threefactor(...args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Usage: threefactor/);
  });

  test("every command takes --help, --json, --seed and --out", async () => {
    const listed = async (...path: string[]): Promise<string[][]> => {
      const { code, stdout, stderr } = await threefactor(...path, "--help");
      expect([code, stderr]).toEqual([0, ""]);
      const commands = [...(stdout.split("\nCommands:\n")[1] ?? "").matchAll(/^ {2}(\w+)/gm)].map(m => m[1]);
      if (commands.length === 0) {
        const takes = (option: string) => new RegExp(`^ +(-h, )?${option}\\b`, "m").test(stdout);
        expect(
          ["--help", "--json", "--seed", "--out"].filter(option => !takes(option)),
          path.join(" "),
        ).toEqual([]);
        return [path];
      }
      const below = commands.filter(name => name !== "help").map(name => listed(...path, name));
      return (await Promise.all(below)).flat();
    };
    const commands = (await listed()).map(path => path.join(" "));
    expect(commands).toEqual(
      expect.arrayContaining(["compare", "rules", "report", "data list", "data fetch"]),
    );
  });

  test("rules prints one document with --json, and the same one to --out", async () => {
    const out = folder("rules.json");
    const { code, stdout } = await threefactor("rules", "--json", "--seed", "3", "--out", out);
    expect(code).toBe(0);
    expect(stdout).toBe(await readFile(out, "utf8"));
    const { schema, rules } = JSON.parse(stdout);
    expect(schema).toBe("threefactor.rules/1");
    expect(rules[0]).toMatchObject({ name: "bp", forms: ["rate", "spike"] });
  });

  test("a reader that closes early ends it quietly, with the code that others end with", async () => {
    const { child, ended } = start("rules");
    child.stdout!.destroy();
    expect(await ended).toMatchObject({ code: 141, stderr: "" });
  });

  test.runIf(existsSync("/dev/full"))("an answer that nobody gets is no success", async () => {
    for (const args of [
      ["rules", "--json"],
      ["data", "list"],
      ["simulate", "synfire", "--duration", "1"],
    ]) {
      const { code, stderr } = await startWith({ stdout: "/dev/full" }, ...args).ended;
      expect([code, stderr], args.join(" ")).toEqual([
        1,
        "threefactor: standard output cannot take the answer: ENOSPC: no space left on device, write\n",
      ]);
    }
  });

  test("standard error that nobody reads stops nothing", async () => {
    const { child, ended } = start("compare", ...small, "--rules", "frozen", "--out", folder("unheard"));
    child.stderr!.destroy();
    expect(await ended).toMatchObject({ code: 0, stdout: expect.stringContaining("Report: ") });
  });

  test.runIf(process.platform === "linux")(
    "--out may be standard output, which then holds nothing else",
    async () => {
      const { code, stdout, stderr } = await threefactor("rules", "--out", "/dev/stdout");
      expect(code).toBe(0);
      expect(JSON.parse(stdout).schema).toBe("threefactor.rules/1");
      expect(stderr).toMatch(/^bp +rate, spike/);
      const file = folder("stdout");
      expect((await startWith({ stdout: file }, "rules", "--out", "/dev/fd/1").ended).code).toBe(0);
      expect(await readFile(file, "utf8")).toBe(stdout);
    },
  );
});

describe("weights that diverge end the run in one line that says whose they are", () => {
  test.each<[rule: string, twin: string, options: string, line: RegExp]>([
    ["bp", "rate", "--learning-rate 1e30", /^bp rate, epoch 1: .* mean loss NaN.* learning rate \(1e\+30\)$/],
    ["bp", "spike", "--learning-rate 1e6", /^bp spike, epoch 1: .* weights have diverged/],
    ["bp", "spike", "--learning-rate 1e30", /^bp spike, epoch 1: .* weights have diverged/],
    ["pepita", "spike", "--learning-rate 1e30 --encoder current", /^pepita spike, epoch 1: .* have diverged/],
    ["f3", "spike", "--learning-rate 1e6", /^f3 spike, epoch 1: .* the weights have diverged/],
    ["f3", "spike", "--v-threshold 1e-7", /^f3 spike, start: .* vThreshold \(1e-7\) is too low/],
    ["f3", "spike", "--v-threshold 1000", /^vThreshold: expected less than 1\.58 .*, got 1000$/],
  ])("%s %s %s", async (rule, twin, more, line) => {
    const out = folder(`diverged ${places++}`);
    const args = [...small, "--rules", rule, "--twins", twin, ...more.split(" ")];
    await expectInputError([...args, "--out", out], line);
    expect(existsSync(join(out, "results.json"))).toBe(false);
  });

  test("after runs that ended well, it says where they are", async () => {
    const out = folder(`diverged ${places++}`);
    const args = [
      ...small,
      "--rules",
      "chance,bp",
      "--twins",
      "rate",
      "--learning-rate",
      "1e30",
      "--out",
      out,
    ];
    await expectInputError(
      args,
      /^bp rate, epoch 1: .* \(1e\+30\); 1 run before it ended well: threefactor report /,
    );
    expect(JSON.parse(await readFile(join(out, "results.json"), "utf8")).runs).toHaveLength(1);
  });

  test("as a process", async () => {
    const asked = ["--rules", "frozen", "--twins", "rate", "--learning-rate", "1e40"];
    const run = await threefactor("compare", ...small, ...asked, "--out", folder("diverged"));
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr.trimEnd().split("\n").slice(1)).toEqual([
      "threefactor: frozen rate, epoch 1: the weights have diverged, mean loss NaN: " +
        "expected a finite one; lower the learning rate (1e+40)",
    ]);
  });
});
