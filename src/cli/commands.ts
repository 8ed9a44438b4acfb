import type { Command } from "commander";

/** Every command: its name, what it does, and where it is. Loaded when it is called, for the libraries it needs. */
export const commands: readonly (readonly [string, string, () => Promise<Command>])[] = [
  [
    "compare",
    "train learning rules in their rate and spiking forms on a data set, and compare them",
    async () => (await import("./compare.ts")).compareCommand(),
  ],
  [
    "sweep",
    "many runs of compare over a grid or a random search, with what is chosen on validation run on all seeds",
    async () => (await import("./sweep.ts")).sweepCommand(),
  ],
  [
    "simulate",
    "run a network from the list or a file, and report its activity",
    async () => (await import("./simulate.ts")).simulateCommand(),
  ],
  [
    "rules",
    "list the learning rules: forms, presentations, what a synapse must know, source",
    async () => (await import("./rules.ts")).rulesCommand(),
  ],
  [
    "play",
    "serve a page in which rules learn and networks run, on this machine",
    async () => (await import("./play.ts")).playCommand(),
  ],
  [
    "export",
    "write a recording or a trained network in a format of other tools, or as a picture",
    async () => (await import("./export.ts")).exportCommand(),
  ],
  [
    "report",
    "write a run folder's report.html (again)",
    async () => (await import("./report.ts")).reportCommand(),
  ],
  [
    "differences",
    "compare runs of one or more folders pair by pair: points, intervals, exact tests",
    async () => (await import("./differences.ts")).differencesCommand(),
  ],
  [
    "data",
    "list the data sets, and fetch those that are not here",
    async () => (await import("./data.ts")).dataCommand(),
  ],
];
