import { InputError } from "../../errors.ts";
import { axis, INK, inks, label, short, TEXT, ticks, WIDTH } from "./axes.ts";
import type { Drawing, Mark } from "./draw.ts";

/** One curve of a picture. */
export interface Curve {
  readonly name: string;
  readonly x: ArrayLike<number>;
  /** As many; where a number is not finite, the curve has a gap. */
  readonly y: ArrayLike<number>;
  /** Points instead of a line. */
  readonly points?: boolean;
}

/** What `curvesPicture` draws. */
export interface Curves {
  readonly title: string;
  /** Words beside the axes, with units. */
  readonly x: string;
  readonly y: string;
  readonly curves: readonly Curve[];
}

const [LEFT, RIGHT, HEIGHT] = [38, 10, 150];
/** Room of a curve's name above the picture, per letter and beside it. */
const [LETTER, BESIDE] = [4.3, 22];

/**
 * Curves over one pair of axes as a figure, in colours that the colour-blind tell apart, names above.
 * @throws InputError unless there is a curve with as many numbers in y as in x, one of them finite
 */
export function curvesPicture({ title, x: below, y: beside, curves }: Curves): Drawing {
  for (const { name, x, y } of curves)
    if (x.length !== y.length)
      throw new InputError(
        `curve ${name}: expected as many numbers in y as in x (${x.length}), got ${y.length}`,
      );
  const [low, high] = [extent(curves.map(({ x }) => x)), extent(curves.map(({ y }) => y))];
  const shapes: Mark[] = [];
  const right = WIDTH - RIGHT;
  let y = TEXT + 4;
  let x = LEFT;
  curves.forEach(({ name }, n) => {
    const width = BESIDE + LETTER * [...name].length;
    if (x > LEFT && x + width > right) [x, y] = [LEFT, y + TEXT + 3];
    const color = inks[n % inks.length];
    shapes.push({ kind: "line", points: [[x, y - 3] as const, [x + 10, y - 3] as const], color, width: 1.5 });
    label(shapes, x + 13, y, name, "start", INK, TEXT);
    x += width;
  });
  y += TEXT + 4;
  label(shapes, LEFT, y, beside, "start", INK, TEXT);
  const top = y + 5;
  const bottom = top + HEIGHT;
  const across = (value: number) => LEFT + ((right - LEFT) * (value - low.from)) / (low.to - low.from);
  const up = (value: number) => bottom - (HEIGHT * (value - high.from)) / (high.to - high.from);
  for (const [n, curve] of curves.entries()) draw(shapes, curve, inks[n % inks.length], across, up);
  axis(shapes, [
    [LEFT, top],
    [LEFT, bottom],
    [right, bottom],
  ]);
  for (const value of between(high, 5)) {
    axis(shapes, [
      [LEFT - 3, up(value)],
      [LEFT, up(value)],
    ]);
    label(shapes, LEFT - 4, up(value) + 2.5, short(value), "end");
  }
  for (const value of between(low, 6)) {
    axis(shapes, [
      [across(value), bottom],
      [across(value), bottom + 3],
    ]);
    label(shapes, across(value), bottom + 11, short(value), "middle");
  }
  label(shapes, (LEFT + right) / 2, bottom + 22, below, "middle", INK, TEXT);
  return { width: WIDTH, height: Math.ceil(bottom + 27), title, shapes };
}

function draw(
  shapes: Mark[],
  { x, y, points: dots = false }: Curve,
  color: string,
  across: (value: number) => number,
  up: (value: number) => number,
): void {
  const pieces: (readonly [number, number])[][] = [[]];
  for (let k = 0; k < x.length; k++) {
    if (Number.isFinite(x[k]) && Number.isFinite(y[k])) pieces.at(-1)!.push([across(x[k]), up(y[k])]);
    else if (pieces.at(-1)!.length > 0) pieces.push([]);
  }
  if (dots) shapes.push({ kind: "strokes", at: pieces.flat(), length: 2.4, color, width: 2.4 });
  else
    for (const points of pieces)
      if (points.length > 0) shapes.push({ kind: "line", points, color, width: 1 });
}

interface Extent {
  readonly from: number;
  readonly to: number;
}

function extent(lists: readonly ArrayLike<number>[]): Extent {
  let [from, to] = [Infinity, -Infinity];
  for (const list of lists)
    for (let k = 0; k < list.length; k++)
      if (Number.isFinite(list[k])) [from, to] = [Math.min(from, list[k]), Math.max(to, list[k])];
  if (!(from <= to)) throw new InputError("curves: expected a finite number in each of x and y, got none");
  const room = 0.04 * (to - from);
  return from === to ? { from: from - 1, to: to + 1 } : { from: from - room, to: to + room };
}

/** Round numbers within. */
function between({ from, to }: Extent, most: number): number[] {
  const [, step = to - from] = ticks(to - from, most);
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(to / step + 1e-9) - first + 1) }, (_, k) => {
    return Number(((first + k) * step).toPrecision(12));
  });
}
