import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";

/** Versions that a number may depend on. */
export function versions(): Record<string, string> {
  return {
    threefactor: threefactorVersion(),
    node: process.versions.node,
    v8: process.versions.v8,
    tensorflow: tensorflowVersion(),
  };
}

export function threefactorVersion(): string {
  // From dist/src/cli and from src/cli, the package's own file is the first one upwards.
  for (const up of ["../../package.json", "../../../package.json"]) {
    try {
      const found = JSON.parse(readFileSync(new URL(up, import.meta.url), "utf8"));
      if (found.name === "threefactor") return found.version;
    } catch {}
  }
  return "unknown";
}

function tensorflowVersion(): string {
  return createRequire(import.meta.url)("@tensorflow/tfjs-core/package.json").version;
}
