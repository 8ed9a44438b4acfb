import type { CircuitOutline } from "../../training/results.ts";

export interface Box {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type Point = readonly [number, number];
/** A line of upright and level pieces from one box to another; its last piece is upright. */
export interface Route {
  readonly projection: CircuitOutline["projections"][number];
  readonly points: readonly Point[];
}

export interface CircuitLayout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly routes: readonly Route[];
}

const [BOX, BESIDE, MOST] = [88, 14, 4];
const [LANE, LEVEL, MARGIN] = [7, 6, 10];
/** Upright room of an arrow's head and tail beside a box, and how far those of two facing boxes keep from each other. */
const [ROOM, APART] = [12, 5];

/**
 * Populations in rows, from what samples reach downwards: each lies below those that drive it first, and what drives
 * others only lies above them. Lines run between the rows and in lanes beside them, each at a height and in a lane of
 * its own, so that none crosses a box.
 * @param heightOf  of a box
 */
export function circuitLayout(outline: CircuitOutline, heightOf: (name: string) => number): CircuitLayout {
  const rows = rowsOf(outline);
  const rowOf = new Map(rows.flatMap((row, r) => row.map(name => [name, r] as const)));
  const { projections } = outline;
  /** In which gap between rows a line leaves and arrives: gap r is above row r. */
  const plans = projections.map(projection => {
    const [from, to] = [rowOf.get(projection.from)!, rowOf.get(projection.to)!];
    // Upwards lines leave at the top and arrive from below; all others leave at the bottom.
    const leaves = to < from ? from : from + 1;
    const arrives = to <= from ? to + 1 : to;
    return { projection, leaves, arrives };
  });
  const wide = Math.max(...rows.map(({ length }) => length));
  const inner = wide * BOX + (wide - 1) * BESIDE;
  const far = plans.filter(({ leaves, arrives }) => leaves !== arrives);
  /** Modulators on the left, membranes on the right. */
  const lanes = [true, false].map(left =>
    far.filter(({ projection }) => Boolean(projection.target) === left),
  );
  const leftRoom = MARGIN + LANE * lanes[0].length;
  const width = leftRoom + inner + LANE * lanes[1].length + MARGIN;

  const levels = Array.from({ length: rows.length + 1 }, () => 0);
  const level = (gap: number) => levels[gap]++;
  const heights = plans.map(({ leaves, arrives }) =>
    leaves === arrives ? [level(leaves)] : [level(leaves), level(arrives)],
  );
  const tops: number[] = [];
  let y = MARGIN;
  const gapAt = rows.map((row, r) => {
    const gap = y;
    y += levels[r] > 0 || r > 0 ? 2 * ROOM + LEVEL * levels[r] : 0;
    tops.push(y);
    y += Math.max(...row.map(heightOf));
    return gap;
  });
  gapAt.push(y);
  const height = y + (levels[rows.length] > 0 ? 2 * ROOM + LEVEL * levels[rows.length] : 0) + MARGIN;

  const boxes = rows.flatMap((row, r) => {
    const taken = row.length * BOX + (row.length - 1) * BESIDE;
    const start = leftRoom + (inner - taken) / 2;
    return row.map((name, k) => ({
      ...{ name, x: start + k * (BOX + BESIDE), y: tops[r], width: BOX, height: heightOf(name) },
    }));
  });
  const boxOf = new Map(boxes.map(box => [box.name, box]));
  const ports = portsOf(plans, boxOf, rowOf);
  const routes = plans.map(({ projection, leaves, arrives }, p) => {
    const [out, into] = ports[p];
    const at = (gap: number, n: number) => gapAt[gap] + ROOM + LEVEL * (n + 0.5);
    if (leaves === arrives) {
      const across = at(leaves, heights[p][0]);
      return { projection, points: [out, [out[0], across], [into[0], across], into] as Point[] };
    }
    const side = projection.target ? 0 : 1;
    const n = lanes[side].findIndex(lane => lane.projection === projection);
    const x = side === 0 ? leftRoom - LANE * (n + 0.5) : leftRoom + inner + LANE * (n + 0.5);
    const [first, last] = [at(leaves, heights[p][0]), at(arrives, heights[p][1])];
    return {
      projection,
      points: [out, [out[0], first], [x, first], [x, last], [into[0], last], into] as Point[],
    };
  });
  return { width, height, boxes, routes };
}

/** Where lines touch boxes: at the side of their gap, next to each other, in the order of where they come from. */
function portsOf(
  plans: readonly {
    readonly projection: CircuitOutline["projections"][number];
    readonly leaves: number;
    readonly arrives: number;
  }[],
  boxOf: ReadonlyMap<string, Box>,
  rowOf: ReadonlyMap<string, number>,
): [Point, Point][] {
  const ends = plans.flatMap(({ projection: { from, to, target }, leaves, arrives }, p) => {
    const centre = (name: string) => boxOf.get(name)!.x + BOX / 2;
    const far = leaves !== arrives;
    const aside = target ? -1 : 1e4;
    return [
      { p, end: 0, name: from, below: leaves > rowOf.get(from)!, order: far ? aside : centre(to) },
      { p, end: 1, name: to, below: arrives > rowOf.get(to)!, order: far ? aside : centre(from) },
    ];
  });
  const out = plans.map(() => [] as unknown as [Point, Point]);
  /** Of what leaves and arrives below the row above a gap. */
  const facing = Array.from({ length: boxOf.size + 1 }, (): number[] => []);
  for (const below of [true, false])
    for (const box of boxOf.values()) {
      const own = ends.filter(end => end.name === box.name && end.below === below);
      own.sort((a, b) => a.order - b.order || a.end - b.end || a.p - b.p);
      own.forEach(({ p, end }, k) => {
        const row = rowOf.get(box.name)!;
        const even = box.x + (box.width * (k + 1)) / (own.length + 1);
        if (below) facing[row + 1].push(even);
        // Boxes above each other have their middles in common, and lines should not.
        const x = below ? even : beside(even, facing[row], box);
        out[p][end] = [x, below ? box.y + box.height : box.y];
      });
    }
  return out;
}

/** The nearest to x along a box that keeps away from others; x itself where there is none. */
function beside(x: number, others: readonly number[], box: Box): number {
  for (let by = 0; by < box.width; by++)
    for (const near of [x + by, x - by])
      if (
        near > box.x + APART &&
        near < box.x + box.width - APART &&
        others.every(other => Math.abs(other - near) >= APART)
      )
        return near;
  return x;
}

/** Names by row. */
function rowsOf({ populations, projections }: CircuitOutline): string[][] {
  const driving = projections.filter(({ target, from, to }) => target === undefined && from !== to);
  const rank = new Map<string, number>();
  const shown = populations.filter(({ shown }) => shown === "samples");
  for (const { name } of shown.length > 0 ? shown : populations.slice(0, 1)) rank.set(name, 0);
  for (const [name, steps] of rank)
    for (const { from, to } of driving) if (from === name && !rank.has(to)) rank.set(to, steps + 1);
  // What samples do not reach is above the first of what it acts on, over other such populations too.
  for (let turn = 0; turn < populations.length; turn++)
    for (const { name } of populations) {
      if (rank.has(name)) continue;
      const onto = projections.flatMap(({ from, to }) => (from === name ? (rank.get(to) ?? []) : []));
      if (onto.length > 0) rank.set(name, Math.max(0, Math.min(...onto) - 1));
    }
  const last = Math.max(0, ...rank.values());
  const rows = Array.from({ length: last + 1 }, (_, r) =>
    populations.flatMap(({ name }) => ((rank.get(name) ?? 0) === r ? [name] : [])),
  );
  return rows.filter(row => row.length > 0).flatMap(split);
}

function split(row: readonly string[]): string[][] {
  const parts = Math.ceil(row.length / MOST);
  const length = Math.ceil(row.length / parts);
  return Array.from({ length: parts }, (_, n) => row.slice(n * length, (n + 1) * length));
}
