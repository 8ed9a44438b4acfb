import { InputError } from "../../errors.ts";
import { exp, log } from "../../math/elementary.ts";
import { Rng } from "../../math/rng.ts";
import type { Declaration, Draw, Value } from "./declaration.ts";

/** Values of the options that vary, by name. */
export type Cell = Readonly<Record<string, Value>>;

/** More are a mistake, and a folder that no file system likes. */
const MOST = 10_000;

/** Every combination of the grid with every drawn one, the grid's last option first. */
export function cellsOf({ grid = {}, random }: Declaration): Cell[] {
  const axes = Object.entries(grid);
  const drawn = random ? drawnCells(random) : [{}];
  const count = axes.reduce((product, [, values]) => product * values.length, drawn.length);
  if (count > MOST) throw new InputError(`grid: expected at most ${MOST} combinations, got ${count}`);
  return axes.reduce<Cell[]>(
    (cells, [key, values]) => cells.flatMap(cell => values.map(value => ({ ...cell, [key]: value }))),
    drawn,
  );
}

/** A stream for each option: one more of them changes no other's draws, and a higher count adds to them. */
function drawnCells({ count, seed = 1, draw }: NonNullable<Declaration["random"]>): Cell[] {
  const columns = Object.entries(draw).map(([key, how]) => {
    const rng = new Rng(seed, `sweep ${key}`);
    return [key, Array.from({ length: count }, () => drawOne(key, how, rng))] as const;
  });
  return Array.from({ length: count }, (_, k) =>
    Object.fromEntries(columns.map(([key, values]) => [key, values[k]])),
  );
}

function drawOne(key: string, draw: Draw, rng: Rng): Value {
  if ("choice" in draw) return draw.choice[rng.integer(draw.choice.length)];
  const [[kind, [low, high]]] = Object.entries(draw) as [string, [number, number]][];
  if (!(low < high && high - low < 2 ** 32))
    throw new InputError(`random.draw.${key}.${kind}: expected a range that rises, got ${low} to ${high}`);
  if (kind === "integer") return low + rng.integer(high - low + 1);
  const u = rng.uniform();
  const value = kind === "log" ? exp(log(low) + u * (log(high) - log(low))) : low + u * (high - low);
  // Four digits are all that a search can tell apart, and all that a table shows.
  const short = Number(value.toPrecision(4));
  return short >= low && short < high ? short : value;
}
