import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

/**
 * Whether a file has tests that are smaller, or left out, in `npm test`: `npm run test:long` runs these alone, and
 * `npm test -- --mode full` all files, with these in full size.
 */
function sized(path: string): boolean {
  return /from "[./]+\/long\.ts"/.test(readFileSync(path, "utf8"));
}

/** Whether a file's tests add rules, neurons and the like to the lists that others go through. */
function defines(path: string): boolean {
  return /\b(define[A-Z]\w+|loadPlugin)\(/.test(readFileSync(path, "utf8"));
}

// A machine may be slow or busy: what is bounded is the work of a test, and time only catches one without an end.
const patience = 600_000;

/**
 * Their tests change nothing that others notice: files share the modules that one of them has loaded, a tenth to a quarter of
 * their time, and the tensor backend that one has chosen. Those of `rate` look at what there is before one is.
 */
const together =
  /^test\/(analysis|audit|description|docs|encoding|engine|experiments|feedback|files|io|math|models|report|rules|training)\//;

export default defineConfig(({ mode }) => {
  const files = readdirSync("test", { recursive: true, encoding: "utf8" })
    .map(name => `test/${name.replaceAll("\\", "/")}`)
    .filter(path => path.endsWith(".test.ts") && (mode !== "long" || sized(path)));
  const project = (name: string, isolate: boolean) => ({
    test: {
      ...{
        name,
        isolate,
        include: files.filter(path => (together.test(path) && !defines(path)) !== isolate),
      },
      env: { TEST_LONG: mode === "long" || mode === "full" ? "1" : "" },
      setupFiles: ["test/setup.ts"],
      ...{ testTimeout: patience, hookTimeout: patience },
    },
  });
  return {
    test: {
      projects: [project("together", false), project("apart", true)],
      globalSetup: ["test/temporary.ts"],
      // Vitest leaves one core idle: on two that is half the machine.
      maxWorkers: "100%",
    },
  };
});
