import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

/**
 * Files with tests that are smaller, or left out, in `npm test`: `npm run test:long` runs these alone, and
 * `npm test -- --mode full` all files, with these in full size.
 */
function sized(): string[] {
  return readdirSync("test", { recursive: true, encoding: "utf8" })
    .map(name => `test/${name.replaceAll("\\", "/")}`)
    .filter(path => path.endsWith(".test.ts") && /from "[./]+\/long\.ts"/.test(readFileSync(path, "utf8")));
}

// A machine may be slow or busy: what is bounded is the work of a test, and time only catches one without an end.
const patience = 600_000;

export default defineConfig(({ mode }) => ({
  test: {
    include: mode === "long" ? sized() : ["test/**/*.test.ts"],
    env: { TEST_LONG: mode === "long" || mode === "full" ? "1" : "" },
    setupFiles: ["test/setup.ts"],
    globalSetup: ["test/temporary.ts"],
    // Vitest leaves one core idle: on two that is half the machine.
    maxWorkers: "100%",
    testTimeout: patience,
    hookTimeout: patience,
  },
}));
