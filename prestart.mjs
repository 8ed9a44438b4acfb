import { execSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { transformSync } from "rolldown/utils";

/**
 * Before `npm start`: builds what it needs where sources have changed since, and says so; else nothing. Types are taken
 * out, not looked at, which takes a second where `tsc` takes ten.
 */

const STAMP = "dist/.started";
const sources = ["src", "models", "package.json", "tsconfig.json", "tsconfig.build.json"];

function newest(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map(name => newest(`${path}/${name}`)));
}

/** Compiles the modules below a folder, each to its own, as `npm run build` does. */
function transpile(folder) {
  for (const path of readdirSync(folder, { recursive: true })) {
    if (!path.endsWith(".ts") || /^(web|engine.kernels.assembly)[\\/]/.test(path)) continue;
    const source = `${folder}/${path}`;
    const { code, errors } = transformSync(source, readFileSync(source, "utf8"), {
      ...{
        target: "es2023",
        typescript: { rewriteImportExtensions: "rewrite", onlyRemoveTypeImports: true },
      },
    });
    if (errors.length > 0) throw new Error(`${source}: ${errors[0].message}`);
    const target = `dist/${source.slice(0, -3)}.js`;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}

const built = existsSync(STAMP) && existsSync("dist/src/cli/main.js") ? statSync(STAMP).mtimeMs : 0;
if (Math.max(...sources.map(newest)) > built) {
  const begun = Date.now();
  process.stderr.write("building (once after each change of the sources; some seconds) ...");
  for (const command of ["kernels", null, "digits", "parser"])
    try {
      if (command) execSync(`npm run --silent ${command}`, { stdio: ["ignore", "ignore", "inherit"] });
      else ["src", "models"].forEach(transpile);
    } catch (problem) {
      const [what, why] = command ? [`npm run ${command}`, ""] : ["the sources", `: ${problem.message}`];
      process.stderr.write(`\nprestart: expected ${what} to end well; it did not${why}\n`);
      process.exit(1);
    }
  writeFileSync(STAMP, "");
  process.stderr.write(` done in ${Math.round((Date.now() - begun) / 1000)} s\n`);
}
