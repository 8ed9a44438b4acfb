/** A drawing: lines from point to point, in any unit, x to the right and y down. */
export type Strokes = readonly (readonly (readonly [x: number, y: number])[])[];

/** Of the bitmaps that the digits were counted from, and pixels of each in one of the 8x8 places. */
const BITMAP = 32;
const BLOCK = 4;
/** From the middle of a line to its edge, in pixels of the bitmap: that of the digits' own pens. */
const PEN = 2.2;

/**
 * A drawing as the digits of the data set were taken: made as large as fits a bitmap of 32 x 32 pixels, put in its middle,
 * and the black pixels of each 4 x 4 counted.
 * @returns [64] intensities, multiples of 1/16; all 0 for an empty drawing
 */
export function intensitiesOf(strokes: Strokes): Float32Array {
  const intensities = new Float32Array(64);
  const points = strokes.flat();
  if (points.length === 0) return intensities;
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [least(xs), least(ys)];
  const [wide, tall] = [-least(xs.map(x => -x)) - left, -least(ys.map(y => -y)) - top];
  const most = Math.max(wide, tall);
  const scale = most > 0 ? (BITMAP - 2 * PEN) / most : 1;
  const fit = ([x, y]: readonly [number, number]): [number, number] => [
    (x - left - wide / 2) * scale + BITMAP / 2,
    (y - top - tall / 2) * scale + BITMAP / 2,
  ];
  const lines = strokes.map(stroke => stroke.map(fit));
  for (let row = 0; row < BITMAP; row++) {
    for (let column = 0; column < BITMAP; column++) {
      if (!lines.some(line => touches(line, column + 0.5, row + 0.5))) continue;
      const place = Math.floor(row / BLOCK) * 8 + Math.floor(column / BLOCK);
      intensities[place] += 1 / (BLOCK * BLOCK);
    }
  }
  return intensities;
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}

function touches(line: readonly (readonly [number, number])[], x: number, y: number): boolean {
  for (let k = 0; k < line.length; k++) {
    const [ax, ay] = line[Math.max(0, k - 1)];
    const [bx, by] = line[k];
    const [dx, dy] = [bx - ax, by - ay];
    const length = dx * dx + dy * dy;
    const along = length > 0 ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
    const [ex, ey] = [ax + along * dx - x, ay + along * dy - y];
    if (ex * ex + ey * ey <= PEN * PEN) return true;
  }
  return false;
}

/** Cells of an 8x8 grid that were inked one by one, moved to its middle. @param cells  [64], inked where not 0 */
export function centredCells(cells: ArrayLike<number>): Float32Array {
  const intensities = new Float32Array(64);
  const inked = Array.from({ length: 64 }, (_, k) => k).filter(k => cells[k] > 0);
  if (inked.length === 0) return intensities;
  const [rows, columns] = [inked.map(k => k >> 3), inked.map(k => k & 7)];
  const shift = (places: number[]) => Math.floor((7 - least(places) + least(places.map(p => -p))) / 2);
  const [down, right] = [shift(rows), shift(columns)];
  for (const k of inked) intensities[((k >> 3) + down) * 8 + (k & 7) + right] = cells[k];
  return intensities;
}
