import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

const all = readdirSync("test", { recursive: true, encoding: "utf8" })
  .map(name => `test/${name.replaceAll("\\", "/")}`)
  .filter(path => path.endsWith(".test.ts"))
  .sort();
/** With tests that are smaller, or left out, in `npm test`. */
const sized = all.filter(path => /from "[./]+\/long\.ts"/.test(readFileSync(path, "utf8")));
/** Nothing here has a state outside its test, so that files share a process, and what they import. */
const pure = /^test\/(analysis|description|encoding|engine|feedback|math|models|report|rules)\//;

// A machine may be slow or busy: what is bounded is the work of a test, and time only catches one without an end.
const patience = 600_000;

export default defineConfig(({ mode }) => {
  const long = mode === "long";
  const included = long ? sized : all;
  return {
    test: {
      env: { TEST_LONG: long ? "1" : "" },
      setupFiles: ["test/setup.ts"],
      globalSetup: ["test/temporary.ts"],
      testTimeout: patience,
      hookTimeout: patience,
      projects: [
        {
          extends: true,
          test: { name: "pure", include: included.filter(p => pure.test(p)), isolate: false },
        },
        { extends: true, test: { name: "apart", include: included.filter(p => !pure.test(p)) } },
      ],
    },
  };
});
