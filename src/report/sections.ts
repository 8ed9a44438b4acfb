import type { Raster } from "../engine/record/raster.ts";
import type { CircuitOutline, Results, Twin } from "../training/results.ts";
import { accuracyPlot } from "./figures/accuracy.ts";
import { circuitDrawing, type Drawing } from "./figures/circuit.ts";
import { confusionPlots } from "./figures/confusion.ts";
import { alignedLayers, alignmentPlots, learningPlots } from "./figures/curves.ts";
import { differencePlots } from "./figures/differences.ts";
import type { Plot } from "./figures/figure.ts";
import { rasterPlot } from "./figures/raster.ts";
import { membranePlot, readoutPlot } from "./figures/traces.ts";
import { control, type RuleGroup, twins } from "./groups.ts";
import { type RuleStyle, ruleStyles } from "./palette.ts";

/** A recorded presentation of one test sample to the trained spiking network of a rule. */
export interface NamedRaster {
  readonly name: string;
  readonly rule: string;
  readonly seed: number;
  readonly raster: Raster;
}

/** A heading with its figures; several choices share the place and get a selector. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly intro: string;
  /** What the selector chooses. */
  readonly of?: string;
  /** Rules that the reader may switch on and off. */
  readonly rules?: readonly { readonly name: string; readonly style: RuleStyle }[];
  /** Twins that a key explains. */
  readonly twins?: readonly Twin[];
  readonly choices: readonly Choice[];
}

export interface Choice {
  readonly name: string;
  readonly facts?: string;
  readonly plots: readonly Plot[];
  /** Above the plots. */
  readonly drawing?: Drawing;
}

/** The figures of the report in reading order; a section without data is left out. */
export function reportSections(
  groups: readonly RuleGroup[],
  results: Results,
  rasters: readonly NamedRaster[],
  circuits: readonly CircuitOutline[] = [],
): Section[] {
  const styles = ruleStyles(groups);
  const rules = groups.map(({ name }) => ({ name, style: styles.get(name)! }));
  const shownTwins = twins.filter(twin => groups.some(group => group[twin].length > 0));
  const hasControl = groups.some(group => group.rule === control);
  const sections: Section[] = [
    {
      id: "accuracy",
      title: "Accuracy",
      intro: `One place per rule${shownTwins.length > 1 ? ", its forms side by side" : ""}${
        hasControl ? "; the grey lines are the control, whose hidden layers stay as initialised" : ""
      }.${groups.some(g => twins.some(t => g[t].length > 1)) ? " Bars: one standard deviation over seeds." : ""}`,
      twins: shownTwins,
      choices: groups.length > 0 ? [{ name: "all", plots: [accuracyPlot(groups, styles)] }] : [],
    },
    {
      id: "differences",
      title: "Differences between rules",
      intro: "Runs of one seed begin with the same weights and are measured on the same samples.",
      of: "Twin",
      choices: twins.map(twin => ({ name: twin, plots: differencePlots(groups, twin) })),
    },
    {
      id: "learning",
      title: "Learning curves",
      intro: "A rule's name switches its lines off and on.",
      rules,
      twins: shownTwins,
      choices: [{ name: "all", plots: learningPlots(groups, styles) }],
    },
    {
      id: "alignment",
      title: "Alignment",
      intro:
        "Below 90 degrees an update goes downhill on average; at 0 it is the gradient itself. PEPITA's forward path " +
        "learns to oppose its feedback, so that angle rises above 90.",
      of: "Layer",
      rules,
      twins: shownTwins,
      choices: Array.from({ length: alignedLayers(groups) }, (_, layer) => ({
        name: `hidden layer ${layer + 1}`,
        plots: alignmentPlots(groups, styles, layer),
      })),
    },
    {
      id: "circuits",
      title: "Circuits",
      intro:
        "Every signal is a spike: the populations of a rule's network with their sizes, and the projections between them. " +
        "What samples drive is at the top.",
      of: "Rule",
      choices: circuits.map(outline => ({ name: outline.rule, plots: [], drawing: circuitDrawing(outline) })),
    },
    {
      id: "sample",
      title: "One test sample in the trained network",
      intro:
        "What the spiking twin, or a circuit with all its populations, does with a single presentation after training. Where the readout fires, the rule decides " +
        "by these spikes, and the potentials are what they leave; where it never does, by the potentials.",
      of: "Rule",
      choices: rasters.map(named => sampleChoice(named, rasters, results)),
    },
    {
      id: "confusion",
      title: "Confusion matrices",
      intro: "Rows are true classes, columns decisions; numbers count test samples.",
      of: "Rule",
      choices: groups.map(group => ({ name: group.name, plots: confusionPlots(group) })),
    },
  ];
  return sections
    .map(section => ({ ...section, choices: section.choices.filter(shows) }))
    .filter(section => section.choices.length > 0)
    .map(section =>
      section.rules ? { ...section, rules: drawnRules(section.rules, section.choices) } : section,
    );
}

function shows({ plots, drawing }: Choice): boolean {
  return plots.length > 0 || drawing !== undefined;
}

/** A switch for a rule without a line, such as the angle of a frozen layer, would do nothing. */
function drawnRules(
  rules: NonNullable<Section["rules"]>,
  choices: readonly Choice[],
): NonNullable<Section["rules"]> {
  const traces = choices.flatMap(choice => choice.plots.flatMap(plot => plot.figure.data));
  const drawn = new Set(traces.map(trace => trace.legendgroup));
  return rules.filter(rule => drawn.has(rule.name));
}

function sampleChoice(
  { name, rule, seed, raster }: NamedRaster,
  all: readonly NamedRaster[],
  results: Results,
): Choice {
  const seeds = new Set(all.map(other => other.seed)).size;
  const formOf = (one: Raster) => (one.metadata.form === "circuit" ? "circuit" : "spike");
  const form = formOf(raster);
  const same = all.filter(
    other => other.rule === rule && other.seed === seed && formOf(other.raster) === form,
  );
  const of = form === "circuit" ? ", circuit" : "";
  const title = `${rule}${of}${seeds > 1 ? `, seed ${seed}` : ""}${same.length > 1 ? ` (${name})` : ""}`;
  const run = results.runs.find(r => r.twin === form && r.rule === rule && r.seed === seed);
  return {
    name: title,
    facts: sampleFacts(raster),
    plots: [
      rasterPlot(raster, title, (run?.encoder ?? raster.metadata.encoder) === "current"),
      ...membranePlot(raster, title),
      ...readoutPlot(raster, title, run?.classNames),
    ],
  };
}

/** Label and decision first; then what else the recording says of itself. */
function sampleFacts({ metadata, durationMs }: Raster): string {
  const { label, decision, rule: _rule, seed: _seed, ...more } = metadata;
  const { labelName = label, decisionName = decision, ...others } = more;
  const rest = Object.entries(others).map(
    ([key, value]) => `${key} ${typeof value === "number" ? Number(value.toPrecision(4)) : value}`,
  );
  return [
    ...(label === undefined ? [] : [`label ${labelName}`]),
    ...(decision === undefined
      ? []
      : [`decision ${decisionName}${decision === label ? " (right)" : " (wrong)"}`]),
    `${durationMs} ms`,
    ...rest,
  ].join(", ");
}
