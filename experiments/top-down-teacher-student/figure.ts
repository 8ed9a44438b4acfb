/** A path in time: generalisation error, and the angle between what feedback brings and the readout's weights. */
export type Path = readonly { readonly t: number; readonly error: number; readonly degrees: number }[];

export interface Panel {
  /** At the beginning. */
  readonly degrees: number;
  readonly afa: Path;
  readonly bp: Path;
  /** Simulated; strength 0 is AFA. */
  readonly runs: readonly { readonly strength: number; readonly path: Path }[];
}

const [WIDE, HIGH, GAP, LEFT, TOP, LOW] = [240, 170, 34, 64, 62, 120];
/** Okabe and Ito's colours: AFA, PEPITA by strength. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73"];
const [LEAST, MOST] = [1e-5, 1];

/** One column for each angle at the beginning: error above, angle below. Lines are solutions, points simulations. */
export function panelsOf(panels: readonly Panel[]): string {
  const until = panels[0].afa.at(-1)!.t;
  const width = LEFT + panels.length * (WIDE + GAP);
  const height = TOP + HIGH + GAP + LOW + 44;
  const parts = panels.flatMap(({ degrees, afa, bp, runs }, n) => {
    const from = LEFT + n * (WIDE + GAP);
    const x = (t: number) => from + (t / until) * WIDE;
    const error = ({ error }: Path[number]) =>
      TOP + (HIGH * Math.log(MOST / Math.max(error, LEAST))) / Math.log(MOST / LEAST);
    const angle = ({ degrees }: Path[number]) => TOP + HIGH + GAP + LOW * (1 - degrees / 120);
    const shown = (path: Path) => path.filter(({ error }) => error <= MOST);
    const line = (path: Path, y: (at: Path[number]) => number, style: string) =>
      `<path d="${path.map((at, k) => `${k ? "L" : "M"}${x(at.t).toFixed(1)} ${y(at).toFixed(1)}`).join("")}" fill="none" ${style}/>`;
    const points = (path: Path, y: (at: Path[number]) => number, colour: string) =>
      shown(path)
        .filter(({ t }) => t % 10 === 0)
        .map(
          at =>
            `<circle cx="${x(at.t).toFixed(1)}" cy="${y(at).toFixed(1)}" r="2.6" fill="none" stroke="${colour}"/>`,
        )
        .join("");
    const ticks = [0, 50, 100, 150].filter(t => t <= until);
    return [
      `<rect x="${from}" y="${TOP}" width="${WIDE}" height="${HIGH}" fill="none" stroke="#bbb"/>`,
      `<rect x="${from}" y="${TOP + HIGH + GAP}" width="${WIDE}" height="${LOW}" fill="none" stroke="#bbb"/>`,
      `<text x="${from + WIDE / 2}" y="${TOP - 8}" text-anchor="middle">at ${degrees} degrees in the beginning</text>`,
      ...ticks.map(
        t => `<text x="${x(t)}" y="${TOP + HIGH + GAP + LOW + 16}" text-anchor="middle">${t}</text>`,
      ),
      `<text x="${from + WIDE / 2}" y="${height - 8}" text-anchor="middle">time: samples / inputs</text>`,
      line(bp, error, 'stroke="#999" stroke-dasharray="4 3"'),
      line(afa, error, `stroke="${COLOURS[0]}" stroke-width="1.5"`),
      line(afa, angle, `stroke="${COLOURS[0]}" stroke-width="1.5"`),
      ...runs.flatMap(({ path }, k) => [points(path, error, COLOURS[k]), points(path, angle, COLOURS[k])]),
    ];
  });
  const names = panels[0].runs.map(({ strength }) =>
    strength === 0 ? "AFA, simulated" : `PEPITA, strength ${strength}`,
  );
  const key = [
    `<path d="M${LEFT} 18h20" stroke="${COLOURS[0]}" stroke-width="1.5"/><text x="${LEFT + 26}" y="22">AFA, equations</text>`,
    `<path d="M${LEFT + 130} 18h20" stroke="#999" stroke-dasharray="4 3"/><text x="${LEFT + 156}" y="22">BP, equations</text>`,
    ...names.map(
      (name, k) =>
        `<circle cx="${LEFT + 280 + 150 * k}" cy="18" r="2.6" fill="none" stroke="${COLOURS[k]}"/><text x="${LEFT + 290 + 150 * k}" y="22">${name}</text>`,
    ),
  ];
  const axes = [
    ...[0, 1, 2, 3, 4, 5].map(
      k =>
        `<text x="${LEFT - 6}" y="${TOP + (HIGH * k) / 5 + 4}" text-anchor="end">${k === 0 ? 1 : `1e-${k}`}</text>`,
    ),
    ...[0, 60, 120].map(
      d =>
        `<text x="${LEFT - 6}" y="${TOP + HIGH + GAP + LOW * (1 - d / 120) + 4}" text-anchor="end">${d}°</text>`,
    ),
    `<text transform="translate(14 ${TOP + HIGH / 2}) rotate(-90)" text-anchor="middle">generalisation error</text>`,
    `<text transform="translate(14 ${TOP + HIGH + GAP + LOW / 2}) rotate(-90)" text-anchor="middle">feedback to readout</text>`,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<rect width="${width}" height="${height}" fill="#fff"/>
${[...key, ...axes, ...parts].join("\n")}
</svg>
`;
}
