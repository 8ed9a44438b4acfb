/** What Plotly is given; plain JSON. */
export interface Figure {
  readonly data: readonly PlotTrace[];
  readonly layout: Readonly<Record<string, unknown>> & { readonly height: number };
}

/** One Plotly trace. The fields that the figures fill are named; the rest is Plotly's. */
export interface PlotTrace {
  readonly type: "scatter" | "heatmap";
  readonly name?: string;
  readonly x?: readonly (number | null)[];
  readonly y?: readonly (number | null)[];
  readonly z?: readonly (readonly number[])[];
  readonly [option: string]: unknown;
}

/** A figure with the words around it. */
export interface Plot {
  readonly title: string;
  /** What the figure shows, for those who do not see it. */
  readonly label: string;
  readonly caption?: string;
  readonly figure: Figure;
}

const ink = "#222222";
const grid = "#e3e3e3";

/** The layout shared by all figures: no frame of its own, legends outside, room for tick labels. */
export function layout(height: number, options: Readonly<Record<string, unknown>>): Figure["layout"] {
  return {
    height,
    autosize: true,
    showlegend: false,
    margin: { l: 54, r: 14, t: 12, b: 44 },
    font: {
      family: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
      size: 12,
      color: ink,
    },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    hovermode: "closest",
    ...options,
  };
}

export function axis(title: string, options: Readonly<Record<string, unknown>> = {}) {
  return {
    title: { text: title, standoff: 8 },
    gridcolor: grid,
    linecolor: "#888888",
    showline: true,
    zeroline: false,
    ticks: "outside",
    tickcolor: "#888888",
    ...options,
  };
}

/** Text for Plotly, which reads a subset of HTML in names and labels. */
export function plain(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Enough digits for drawing; half the size of the full ones. */
export function round(value: number, decimals = 4): number {
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}

/** Smallest and largest finite value, or undefined. A loop, because a spread of a long array overflows the stack. */
export function extent(values: Iterable<number | null>): [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values)
    if (value !== null && Number.isFinite(value)) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  return low <= high ? [low, high] : undefined;
}
