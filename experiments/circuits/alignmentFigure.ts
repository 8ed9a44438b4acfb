/**
 * How a rule's change of the hidden weights turns towards the exact gradient, or away from it, as it learns: of its circuit,
 * summed over 200 samples that it is shown one after the other, and of its rate twin on the same samples.
 */
import { escapeHtml } from "../../src/report/html.ts";

/** What the figure takes of a run. */
export interface AlignedRun {
  readonly rule: string;
  readonly dataset: string;
  readonly twin: string;
  readonly curve: readonly {
    readonly epoch: number;
    readonly alignmentDegrees: readonly (number | null)[];
  }[];
  readonly initialAlignmentDegrees?: readonly (number | null)[];
}

type Line = readonly (readonly [epoch: number, degrees: number])[];

const [WIDTH, HIGH, LEFT, TOP, COLUMNS] = [150, 96, 40, 40, 4];
const [ACROSS, DOWN] = [WIDTH + 20, HIGH + 46];
/** [degrees]: the highest, and what all panels begin at a multiple of. */
const [TOPMOST, STEP] = [120, 30];
/** Okabe and Ito's colours. */
const [CIRCUIT, RATE, INK, SOFT] = ["#d55e00", "#0072b2", "#222222", "#8a8a8a"];

/**
 * One panel for each data set and rule that changes hidden weights, in the order of the runs: seeds pale, their mean above.
 * Null where there is none.
 */
export function alignmentFigure(runs: readonly AlignedRun[], title: string): string | null {
  const titleOf = ({ rule, dataset }: AlignedRun) => `${rule}, ${dataset}`;
  const aligned = runs.filter(run => lineOf(run).length > 0);
  if (aligned.length === 0) return null;
  const titles = [...new Set(aligned.map(titleOf))];
  const columns = Math.min(COLUMNS, Math.max(3, titles.length));
  const [width, height] = [LEFT + columns * ACROSS, TOP + Math.ceil(titles.length / columns) * DOWN + 4];
  const lowest = Math.min(90, ...aligned.flatMap(run => lineOf(run).map(([, degrees]) => degrees)));
  const low = STEP * Math.floor(lowest / STEP);
  const panels = titles.map((name, n) => {
    const [x, y] = [LEFT + (n % columns) * ACROSS, TOP + Math.floor(n / columns) * DOWN];
    const own = aligned.filter(run => titleOf(run) === name);
    const together = aligned.filter(({ dataset }) => dataset === own[0].dataset);
    const last = Math.max(1, ...together.flatMap(run => lineOf(run).map(([epoch]) => epoch)));
    return `<g transform="translate(${x} ${y + 20})">${panel(name, own, { last, low, first: n % columns === 0 })}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" fill="${INK}">`,
    `<title>${escapeHtml(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    key(LEFT, CIRCUIT, "", "circuit"),
    key(LEFT + 90, RATE, "5 3", "rate twin"),
    `<text x="${LEFT}" y="36">angle to the exact gradient [degrees] over epochs, and a circuit's at the end; dotted: 90</text>`,
    ...panels,
    "</svg>",
    "",
  ].join("\n");
}

function key(x: number, color: string, dashes: string, text: string): string {
  return `${stroke(
    [
      [x, 14],
      [x + 24, 14],
    ],
    color,
    dashes,
    2,
  )}<text x="${x + 30}" y="18">${text}</text>`;
}

function panel(
  name: string,
  runs: readonly AlignedRun[],
  { last, low, first }: { readonly last: number; readonly low: number; readonly first: boolean },
): string {
  const at = ([epoch, degrees]: readonly [number, number]): [number, number] => [
    (WIDTH * epoch) / last,
    (HIGH * (TOPMOST - Math.min(degrees, TOPMOST))) / (TOPMOST - low),
  ];
  const forms = [
    ["rate", RATE, "5 3"],
    ["circuit", CIRCUIT, ""],
  ] as const;
  const lines = forms.flatMap(([twin, color, dashes]) => {
    const seeds = runs.filter(run => run.twin === twin).map(lineOf);
    const pale = seeds.length > 1 ? seeds.map(line => stroke(line.map(at), color, dashes, 1, 0.3)) : [];
    return [...pale, stroke(meanOf(seeds).map(at), color, dashes, 2)];
  });
  const end = meanOf(runs.filter(run => run.twin === "circuit").map(lineOf)).at(-1);
  const ends = end ? `: ${end[1].toFixed(0)}°` : "";
  const level = at([0, 90])[1];
  return [
    `<text y="-5"><tspan font-weight="bold">${escapeHtml(name)}</tspan>${ends}</text>`,
    `<path d="M0 ${level}H${WIDTH}" stroke="${SOFT}" stroke-dasharray="1 3"/>`,
    ...lines,
    `<path d="M0 0V${HIGH}H${WIDTH}" fill="none" stroke="${SOFT}"/>`,
    ...Array.from({ length: (TOPMOST - low) / STEP + 1 }, (_, k) => {
      const degrees = low + STEP * k;
      const y = at([0, degrees])[1];
      const text = first ? `<text x="-6" y="${y + 4}" text-anchor="end">${degrees}</text>` : "";
      return `<path d="M-3 ${y}H0" stroke="${SOFT}"/>${text}`;
    }),
    ...[0, last].map(
      epoch => `<text x="${at([epoch, low])[0]}" y="${HIGH + 14}" text-anchor="middle">${epoch}</text>`,
    ),
  ].join("");
}

function stroke(points: Line, color: string, dashes: string, width: number, opacity = 1): string {
  if (points.length === 0) return "";
  const path = points.map(([x, y], k) => `${k === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  return `<path d="${path}" fill="none" stroke="${color}" stroke-width="${width}"${dashes && ` stroke-dasharray="${dashes}"`}${opacity < 1 ? ` opacity="${opacity}"` : ""}/>`;
}

/** Of the first hidden layer, before training and after each epoch. */
function lineOf({ curve, initialAlignmentDegrees: [start] = [] }: AlignedRun): Line {
  const points = [[0, start], ...curve.map(({ epoch, alignmentDegrees: [angle] }) => [epoch, angle])];
  return points.filter((point): point is [number, number] => typeof point[1] === "number");
}

function meanOf(lines: readonly Line[]): Line {
  const epochs = [...new Set(lines.flatMap(line => line.map(([epoch]) => epoch)))].sort((a, b) => a - b);
  return epochs.map(epoch => {
    const found = lines.flatMap(line => line.flatMap(([at, degrees]) => (at === epoch ? [degrees] : [])));
    return [epoch, found.reduce((sum, degrees) => sum + degrees, 0) / found.length];
  });
}
