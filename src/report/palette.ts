import type { Twin } from "../training/results.ts";
import { control } from "./groups.ts";

/** How one rule looks in every figure: never by colour alone. */
export interface RuleStyle {
  readonly color: string;
  /** Plotly marker symbol. */
  readonly symbol: keyof typeof shapes;
}

/** Okabe and Ito 2008, without yellow, which is too pale for lines on white, and without black, used for text. */
export const colors = {
  blue: "#0072b2",
  vermillion: "#d55e00",
  green: "#009e73",
  purple: "#cc79a7",
  orange: "#e69f00",
  sky: "#56b4e9",
} as const;

export const grey = "#666666";

/** White to blue, steep at the bottom so that rare counts show. */
export const sequential: readonly (readonly [number, string])[] = [
  [0, "#ffffff"],
  [0.02, "#d9ebf5"],
  [0.1, "#a6cfe6"],
  [0.4, "#4c9ccb"],
  [1, "#00456b"],
];

/** From below to above, told apart by the colour-blind too. */
export const diverging: readonly (readonly [number, string])[] = [
  [0, "#b35806"],
  [0.25, "#f1a340"],
  [0.5, "#ffffff"],
  [0.75, "#a6cfe6"],
  [1, "#2b7bba"],
];

/** Marker outlines in a 10 × 10 box around the origin, as Plotly draws them. */
const shapes = {
  circle: "M4 0A4 4 0 1 1 -4 0A4 4 0 1 1 4 0Z",
  square: "M-3.5 -3.5H3.5V3.5H-3.5Z",
  diamond: "M0 -5L5 0L0 5L-5 0Z",
  "triangle-up": "M0 -4.5L4.5 3.5H-4.5Z",
  "triangle-down": "M0 4.5L4.5 -3.5H-4.5Z",
  cross: "M-1.5 -4.5H1.5V-1.5H4.5V1.5H1.5V4.5H-1.5V1.5H-4.5V-1.5H-1.5Z",
  x: "M-4.5 -3L-3 -4.5L0 -1.5L3 -4.5L4.5 -3L1.5 0L4.5 3L3 4.5L0 1.5L-3 4.5L-4.5 3L-1.5 0Z",
} as const;

/** Six colours against seven symbols: 42 rules before a pair repeats. The control is always grey. */
export function ruleStyles(names: readonly { name: string; rule: string }[]): Map<string, RuleStyle> {
  const palette = Object.values(colors);
  const symbols = Object.keys(shapes) as RuleStyle["symbol"][];
  let next = 0;
  return new Map(
    names.map(({ name, rule }): [string, RuleStyle] => {
      if (rule === control) return [name, { color: grey, symbol: "square" }];
      const style = { color: palette[next % palette.length], symbol: symbols[next % symbols.length] };
      next++;
      return [name, style];
    }),
  );
}

/** Dashes and open markers are the rate twin, solid lines and filled markers the spiking one. */
export function twinMarks(twin: Twin, { color, symbol }: RuleStyle) {
  if (twin === "circuit")
    return {
      line: { color, dash: "dot", width: 2 },
      marker: { color, symbol: `${symbol}-open-dot`, size: 8 },
    };
  return twin === "rate"
    ? { line: { color, dash: "dash", width: 2 }, marker: { color, symbol: `${symbol}-open`, size: 8 } }
    : { line: { color, dash: "solid", width: 2 }, marker: { color, symbol, size: 8 } };
}

/** A piece of line with its marker, for legends outside the figures. */
export function swatch({ color, symbol }: RuleStyle, twin: Twin): string {
  const open = twin !== "spike";
  const dashes = twin === "rate" ? "6 4" : "2 3";
  return (
    `<svg width="34" height="12" viewBox="-17 -6 34 12" aria-hidden="true" stroke="${color}">` +
    `<path d="M-17 0H17" stroke-width="2"${open ? ` stroke-dasharray="${dashes}"` : ""}/>` +
    `<path d="${shapes[symbol]}" fill="${open ? "#fff" : color}" stroke-width="1.2"/></svg>`
  );
}
