import { existsSync, readdirSync } from "node:fs";

/** The pages, in the order in which the navigation shows them: paths from the root of the project. */
export interface Section {
  readonly title: string;
  readonly pages: readonly string[];
}

/** Tables of learning first; then the others, each a folder with its README. */
const first = ["first-light", "twins", "spikes", "circuits", "digits", "convolution"];
const others = readdirSync("experiments").filter(name => existsSync(`experiments/${name}/README.md`));
const experiments = [...first, ...others.filter(name => !first.includes(name)).sort()];

export const HOME = "docs/index.md";

export const contents: readonly Section[] = [
  {
    title: "Tutorials",
    pages: [
      "docs/tutorials/01-first-network.ts",
      "docs/tutorials/02-balance.ts",
      "docs/tutorials/03-stdp.ts",
      "docs/tutorials/04-three-factors.ts",
      "docs/tutorials/05-pepita.ts",
      "docs/tutorials/06-own-rule.ts",
      "docs/tutorials/07-own-data.ts",
      "docs/tutorials/08-other-tools.ts",
      "docs/tutorials/09-sweep.ts",
    ],
  },
  {
    title: "How-to",
    pages: [
      "docs/howto/play.md",
      "docs/howto/encoders.md",
      "docs/howto/resume.md",
      "docs/howto/convolution.md",
      "docs/howto/delays.md",
      "docs/howto/recordings.md",
      "docs/howto/export.md",
      "docs/howto/model-file.md",
      "docs/howto/library.md",
      "docs/howto/browser.md",
      "docs/howto/extend.md",
      "docs/howto/audit.md",
      "docs/howto/circuits.md",
      "docs/howto/differences.md",
      "docs/howto/sweeps.md",
      "docs/howto/backends.md",
      "docs/howto/workers.md",
      "docs/howto/presets.md",
    ],
  },
  {
    title: "Reference",
    pages: [
      "docs/reference/commands.md",
      "docs/reference/rules.md",
      "docs/reference/models.md",
      "docs/reference/names.md",
      "docs/reference/expressions.md",
      "docs/reference/files.md",
      "docs/reference/glossary.md",
    ],
  },
  {
    title: "Explanation",
    pages: [
      "docs/explanation/identity.md",
      "docs/explanation/local.md",
      "docs/explanation/exact.md",
      "docs/explanation/determinism.md",
      "docs/explanation/agreement.md",
    ],
  },
  {
    title: "Measured",
    pages: [
      "docs/measured.md",
      ...experiments.map(name => `experiments/${name}/README.md`),
      "bench/README.md",
    ],
  },
  {
    title: "Project",
    pages: [
      ...["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md"],
      ...["notebooks/README.md", "src/io/README.md"],
    ],
  },
];

/** Where a page lies in the site, with slashes and without a folder before it. */
export function placeOf(page: string): string {
  const path = page.replace(/^docs\//, "").replace(/\.(md|ts)$/, "");
  const inside = /^[A-Z_]+$/.test(path) ? `project/${path.toLowerCase().replaceAll("_", "-")}` : path;
  return `${inside.replace(/^(?:src\/)?(.*)\/README$/, "$1/index").replace(/^(io|notebooks)\/index$/, "project/$1")}.html`;
}
