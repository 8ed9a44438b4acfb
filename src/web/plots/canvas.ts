/** Colours of the page, as its style sheet has them for the present scheme. */
export interface Theme {
  readonly ink: string;
  readonly soft: string;
  readonly rule: string;
  readonly ground: string;
  /** Of rules side by side. */
  readonly lanes: readonly string[];
  /** Of the input, hidden layers, the output and all others. */
  readonly populations: readonly string[];
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const plots = new Set<Plot>();
let known: Theme | null = null;

export function theme(): Theme {
  if (known) return known;
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const list = (name: string, count: number) => Array.from({ length: count }, (_, k) => read(`${name}-${k}`));
  known = {
    ...{ ink: read("ink"), soft: read("soft"), rule: read("rule"), ground: read("card") },
    ...{ lanes: list("lane", 2), populations: list("population", 7) },
  };
  return known;
}

dark.addEventListener("change", () => {
  known = null;
  for (const plot of plots) plot.redraw();
});

export const font = (size = 11) => `${size}px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif`;

/** A canvas that is drawn in CSS pixels, anew when its size, the screen's density or the colours change. */
export class Plot {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  width = 0;
  height = 0;
  #draw: (plot: Plot) => void = () => {};
  #asked = false;
  readonly #observer: ResizeObserver;

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d")!;
    this.#observer = new ResizeObserver(() => this.#fit());
    this.#observer.observe(canvas);
    plots.add(this);
  }

  /** Draws with the next frame; of several drawings before it, the last. */
  draw(how: (plot: Plot) => void): void {
    this.#draw = how;
    this.redraw();
  }

  redraw(): void {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      if (this.width === 0) return;
      this.context.clearRect(0, 0, this.width, this.height);
      this.#draw(this);
    });
  }

  #fit(): void {
    const { clientWidth, clientHeight } = this.canvas;
    const density = globalThis.devicePixelRatio || 1;
    [this.width, this.height] = [clientWidth, clientHeight];
    this.canvas.width = Math.round(clientWidth * density);
    this.canvas.height = Math.round(clientHeight * density);
    this.context.setTransform(density, 0, 0, density, 0, 0);
    this.redraw();
  }

  dispose(): void {
    this.#observer.disconnect();
    plots.delete(this);
  }
}

/** What a canvas shows, for those who do not see it. */
export function describe(canvas: HTMLCanvasElement, text: string): void {
  if (canvas.getAttribute("aria-label") !== text) canvas.setAttribute("aria-label", text);
}
