/** What a picture is made of. Lengths in points (1/72 inch), y downwards. */
export type Mark =
  | {
      readonly kind: "line";
      readonly points: readonly (readonly [number, number])[];
      readonly color: string;
      readonly width: number;
    }
  | {
      readonly kind: "text";
      readonly x: number;
      /** Baseline. */
      readonly y: number;
      readonly text: string;
      readonly size: number;
      readonly anchor: "start" | "middle" | "end";
      readonly color: string;
    }
  /** Upright strokes of one length, centred on y. */
  | {
      readonly kind: "strokes";
      readonly at: readonly (readonly [number, number])[];
      readonly length: number;
      readonly color: string;
      readonly width: number;
    }
  /** Cells from the top left, 0 to 1, from white to the colour. */
  | {
      readonly kind: "density";
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly columns: number;
      readonly rows: number;
      readonly shades: Float32Array;
      readonly color: string;
    };

/** A picture in points (1/72 inch), for `pictureToSvg` and the PNG of `export`. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly shapes: readonly Mark[];
}

/** `#rrggbb` as three bytes. */
export function rgb(color: string): [number, number, number] {
  return [1, 3, 5].map(k => Number.parseInt(color.slice(k, k + 2), 16)) as [number, number, number];
}

/** RGB bytes of the cells of a density, row by row. */
export function densityPixels(shades: Float32Array, color: string): Uint8Array {
  const [r, g, b] = rgb(color);
  const pixels = new Uint8Array(3 * shades.length);
  shades.forEach((shade, k) => {
    pixels.set(
      [r, g, b].map(c => Math.round(255 + shade * (c - 255))),
      3 * k,
    );
  });
  return pixels;
}
