import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

/**
 * Whether a file has tests that are smaller, or left out, in `npm test`: `npm run test:long` runs these alone, and
 * `npm test -- --mode full` all files, with these in full size.
 */
function sized(path: string): boolean {
  return /from "[./]+\/long\.ts"/.test(readFileSync(path, "utf8"));
}

// A machine may be slow or busy: what is bounded is the work of a test, and time only catches one without an end.
const patience = 600_000;

/** Their tests change nothing that others see: files share the modules that one of them has loaded, a quarter of their time. */
const together = /^test\/(analysis|engine|io|math)\//;

export default defineConfig(({ mode }) => {
  const files = readdirSync("test", { recursive: true, encoding: "utf8" })
    .map(name => `test/${name.replaceAll("\\", "/")}`)
    .filter(path => path.endsWith(".test.ts") && (mode !== "long" || sized(path)));
  const project = (name: string, isolate: boolean) => ({
    test: {
      ...{ name, isolate, include: files.filter(path => together.test(path) !== isolate) },
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
