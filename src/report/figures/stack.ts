import { axis, plain } from "./figure.ts";

/** One row of a stack, its heading above it. */
export interface Row {
  readonly heading: string;
  /** [pixels] */
  readonly height: number;
  /** Nothing to draw: the row is shaded. */
  readonly empty?: boolean;
}

const headingHeight = 24;
export const stackMargin = { l: 54, r: 14, t: 4, b: 44 };

/**
 * Rows over one time axis, the first on top, each with a heading that names it and separates it from the row above.
 * @returns the height of the figure [pixels], the extent of each row in Plotly's paper coordinates, headings, frames
 */
export function stack(rows: readonly Row[]) {
  const plotHeight = rows.reduce((sum, row) => sum + headingHeight + row.height, 0);
  let top = plotHeight;
  const domains: [number, number][] = [];
  const annotations = rows.map(({ heading, height }) => {
    top -= headingHeight;
    const y = top / plotHeight;
    top -= height;
    domains.push([Math.max(0, top / plotHeight), y]);
    return {
      text: plain(heading),
      xref: "paper",
      yref: "paper",
      x: 0,
      y,
      xanchor: "left",
      yanchor: "bottom",
      showarrow: false,
      font: { size: 12 },
    };
  });
  const shapes = rows.map(({ empty }, i) => ({
    type: "rect",
    xref: "paper",
    yref: "paper",
    x0: 0,
    x1: 1,
    y0: domains[i][0],
    y1: domains[i][1],
    line: { color: "#888888", width: 1 },
    ...(empty ? { fillcolor: "#eeeeee", layer: "below" } : {}),
  }));
  return { height: plotHeight + stackMargin.t + stackMargin.b, domains, annotations, shapes };
}

/** The time axis under the lowest row, whatever that row holds. */
export function timeAxis(durationMs: number) {
  return axis("time [ms]", { range: [0, durationMs], anchor: "free", position: 0, showline: false });
}

/** Plotly's name for the y axis of the n-th drawn row, in traces ("y2") or in a layout ("yaxis2"). */
export function yAxis(n: number, prefix: "y" | "yaxis"): string {
  return n === 0 ? prefix : `${prefix}${n + 1}`;
}
