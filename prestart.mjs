import { execSync } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";

/** Before `npm start`: builds what it needs where sources have changed since, and says so; else nothing. */

const STAMP = "dist/.started";
const sources = ["src", "models", "package.json", "tsconfig.json", "tsconfig.build.json"];

function newest(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map(name => newest(`${path}/${name}`)));
}

const built = existsSync(STAMP) && existsSync("dist/src/cli/main.js") ? statSync(STAMP).mtimeMs : 0;
if (Math.max(...sources.map(newest)) > built) {
  const begun = Date.now();
  process.stderr.write("building (once after each change of the sources; ten seconds to a minute) ...");
  for (const command of [
    "npm run --silent kernels",
    "npx tsc -p tsconfig.build.json --noCheck --declaration false",
    "npm run --silent digits",
    "npm run --silent parser",
  ])
    try {
      execSync(command, { stdio: ["ignore", "ignore", "inherit"] });
    } catch {
      process.stderr.write(`\nprestart: expected ${command} to end well; it did not\n`);
      process.exit(1);
    }
  writeFileSync(STAMP, "");
  process.stderr.write(` done in ${Math.round((Date.now() - begun) / 1000)} s\n`);
}
