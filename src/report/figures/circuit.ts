import type { CircuitOutline } from "../../training/results.ts";
import { escapeHtml } from "../html.ts";
import { type Box, circuitLayout, type Route } from "./circuitLayout.ts";

/** A figure that is drawn already, with the words around it. */
export interface Drawing {
  readonly title: string;
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly caption: string;
  readonly svg: string;
}

type Projection = CircuitOutline["projections"][number];

/** Okabe and Ito 2008, on white whatever the page's ground is. */
const [INK, SOFT, LEARNS, WHITE] = ["#222222", "#5a5a5a", "#d55e00", "#ffffff"];
const [LINE, WIDE] = [1.2, 2.4];
const [TEXT, SMALL] = [12, 10];
const [FIRST, NEXT] = [16, 13];
const LETTERS = 14;

/** Populations as boxes with their sizes, projections as arrows; ends and strokes say what colours say. */
export function circuitDrawing(outline: CircuitOutline): Drawing {
  const { rule, populations, projections, periodMs, phases } = outline;
  const lines = new Map(populations.map(each => [each.name, linesOf(each, projections)]));
  const { width, height, boxes, routes } = circuitLayout(
    outline,
    name => FIRST + NEXT * lines.get(name)!.length - 4,
  );
  const key = keyOf(projections);
  const total = height + key.height;
  const wide = Math.max(width, key.width);
  const count = (number: number, one: string) => `${number} ${one}${number === 1 ? "" : "s"}`;
  const parts = Object.entries(phases).map(([name, [start, stop]]) => `${name} ${start} to ${stop} ms`);
  return {
    title: `The circuit of ${rule}`,
    label: `${projections.map(sentence).join("; ")}.`,
    caption: `${count(populations.length, "population")}, ${count(projections.length, "projection")}; a sample takes ${periodMs} ms${parts.length > 0 ? `: ${parts.join(", ")}` : ""}.`,
    svg: [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${total}" viewBox="0 0 ${wide} ${total}" font-family="system-ui, sans-serif" font-size="${TEXT}">`,
      `<rect width="${wide}" height="${total}" fill="${WHITE}"/>`,
      ...routes.map(arrow),
      ...boxes.map(box => boxSvg(box, lines.get(box.name)!)),
      `<g transform="translate(0 ${height})">${key.svg}</g>`,
      "</svg>",
    ].join(""),
  };
}

interface Line {
  readonly text: string;
  readonly small: boolean;
}

/** Its name, in lines that fit the box, its size, and the modulators of its neurons. */
function linesOf(
  { name, size, shown }: CircuitOutline["populations"][number],
  projections: readonly Projection[],
): Line[] {
  const modulators = [...new Set(projections.flatMap(({ to, target }) => (to === name && target) || []))];
  const small = [
    ...wrapped(`${size} ${size === 1 ? "neuron" : "neurons"}`),
    ...(shown === undefined ? [] : [`shown ${shown === "phase" ? "phases" : shown}`]),
    ...modulators.map(modulator => `◇ ${modulator}`),
  ];
  return [
    ...wrapped(name).map(text => ({ text, small: false })),
    ...small.map(text => ({ text, small: true })),
  ];
}

function wrapped(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = lines.at(-1) === "" ? word : `${lines.at(-1)} ${word}`;
    if (longer.length <= LETTERS) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines
    .filter(line => line !== "")
    .map(line => (line.length > LETTERS ? `${line.slice(0, LETTERS - 1)}…` : line));
}

function boxSvg({ x, y, width, height }: Box, lines: readonly Line[]): string {
  const texts = lines.map(
    ({ text, small }, k) =>
      `<text x="${n(x + width / 2)}" y="${n(y + FIRST + NEXT * k)}" text-anchor="middle" fill="${small ? SOFT : INK}"${small ? ` font-size="${SMALL}"` : ""}>${escapeHtml(text)}</text>`,
  );
  return `<rect x="${n(x)}" y="${n(y)}" width="${width}" height="${n(height)}" rx="5" fill="${WHITE}" stroke="${INK}"/>${texts.join("")}`;
}

function strokeOf({ learns, target }: Omit<Projection, "from" | "to">): string {
  const color = learns === undefined ? INK : LEARNS;
  const dashes = target === undefined ? "" : ` stroke-dasharray="4 3"`;
  return `stroke="${color}" stroke-width="${learns === undefined ? LINE : WIDE}"${dashes}`;
}

/** A line with rounded corners, and its end. */
function arrow({ projection, points }: Route): string {
  const [tip, before] = [points.at(-1)!, points.at(-2)!];
  const down = tip[1] > before[1] ? 1 : -1;
  const shaft = [...points.slice(0, -1), [tip[0], tip[1] - 4 * down] as const];
  return `<path d="${rounded(shaft)}" fill="none" ${strokeOf(projection)}/>${head(projection, tip, down)}`;
}

/** A triangle excites, a bar inhibits, a hollow triangle does either. */
function head(
  { sign, learns }: Pick<Projection, "sign"> & { readonly learns?: string },
  [x, y]: readonly [number, number],
  down: number,
): string {
  const color = learns === undefined ? INK : LEARNS;
  const at = (dx: number, dy: number) => `${n(x + dx)} ${n(y - dy * down)}`;
  if (sign === "inhibits")
    return `<path d="M${at(-5, 3)}L${at(5, 3)}" stroke="${color}" stroke-width="2.5"/>`;
  const fill = sign === "excites" ? color : WHITE;
  return `<path d="M${at(0, 1)}L${at(4, 9)}L${at(-4, 9)}Z" fill="${fill}" stroke="${color}" stroke-width="1.2"/>`;
}

const RADIUS = 3;

function rounded(points: readonly (readonly [number, number])[]): string {
  const [start, ...rest] = points;
  let path = `M${n(start[0])} ${n(start[1])}`;
  rest.forEach(([x, y], k) => {
    const next = rest[k + 1];
    if (!next) {
      path += `L${n(x)} ${n(y)}`;
      return;
    }
    const [px, py] = points[k];
    const [before, after] = [Math.hypot(x - px, y - py), Math.hypot(next[0] - x, next[1] - y)];
    const r = Math.min(RADIUS, before / 2, after / 2);
    const toward = (tx: number, ty: number, distance: number) =>
      distance === 0
        ? `${n(x)} ${n(y)}`
        : `${n(x + (r * (tx - x)) / distance)} ${n(y + (r * (ty - y)) / distance)}`;
    path += `L${toward(px, py, before)}Q${n(x)} ${n(y)} ${toward(next[0], next[1], after)}`;
  });
  return path;
}

/** What of the drawing's signs it has, and their words. */
function keyOf(projections: readonly Projection[]): { svg: string; width: number; height: number } {
  const has = (test: (projection: Projection) => boolean) => projections.some(test);
  const rows: [Omit<Projection, "from" | "to">, string][] = [
    ...(has(p => p.sign === "excites") ? [[{ sign: "excites" }, "excites"] as [Projection, string]] : []),
    ...(has(p => p.sign === "inhibits") ? [[{ sign: "inhibits" }, "inhibits"] as [Projection, string]] : []),
    ...(has(p => p.sign === "both")
      ? [[{ sign: "both" }, "weights of both signs"] as [Projection, string]]
      : []),
    ...(has(p => p.learns !== undefined)
      ? [[{ sign: "both", learns: "" }, "learns (thick)"] as [Projection, string]]
      : []),
    ...(has(p => p.target !== undefined)
      ? [[{ sign: "both", target: "◇" }, "onto a modulator ◇ (dashed)"] as [Projection, string]]
      : []),
  ];
  const svg = rows.map(([like, text], k) => {
    const y = 14 + 18 * k;
    // Heads are drawn for upright lines.
    return `<g transform="translate(48 ${y - 4}) rotate(-90)"><path d="M0 -30V-4" fill="none" ${strokeOf(like)}/>${head(like, [0, 0], 1)}</g><text x="58" y="${y}" fill="${INK}">${text}</text>`;
  });
  return { svg: svg.join(""), width: 240, height: 18 * rows.length + 8 };
}

function sentence({ from, to, target, sign, learns }: Projection): string {
  const verb = { excites: "excites", inhibits: "inhibits", both: "reaches" }[sign];
  const what = target === undefined ? to : `the modulator ${target} of ${to}`;
  return `${from} ${verb} ${what}${learns === undefined ? "" : learns === "" ? ", and learns" : `, and learns by ${learns}`}`;
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
