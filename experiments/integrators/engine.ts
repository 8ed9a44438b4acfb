/** The neurons of `cells` in the grid mode. */
import { network, Simulation } from "../../src/index.ts";
import type { Cell, input } from "./cells.ts";

/** The potential at each multiple of 0.1 ms under an input, of a neuron that does not fire. */
export function potentials(
  cell: Cell,
  { times, weights }: ReturnType<typeof input>,
  ms: number,
  dt: number,
): Float64Array {
  const neurons = times.map((_, k) => k);
  const net = network({
    populations: {
      in: { size: times.length, neuron: "input" },
      n: { size: 1, neuron: cell.neuron, initial: { v: cell.start[0] } },
    },
    projections: [{ from: "in", to: "n", weights: [...weights] }],
    stimuli: [{ to: "in", kind: "spikes", times: [...times], neurons }],
  });
  const simulation = new Simulation(net, { mode: "grid", dt, record: { spikes: ["n"] } });
  const found = new Float64Array(10 * ms + 1);
  for (let n = 0; n < found.length; n++) {
    simulation.runUntil(n / 10);
    found[n] = simulation.potential("n", 0);
  }
  if (simulation.raster().times.length > 0) throw new Error(`${cell.name}: expected an input without spikes`);
  return found;
}

/** Times of its first spikes under its bias [ms]. */
export function fired(cell: Cell, spikes: number, dt: number): Float64Array {
  const net = network({
    populations: {
      n: {
        size: 1,
        neuron: { ...cell.neuron, bias: cell.bias } as Cell["neuron"],
        initial: { v: cell.start[0] },
      },
    },
  });
  const simulation = new Simulation(net, { mode: "grid", dt });
  while (simulation.raster().times.length < spikes) simulation.run(100);
  return simulation.raster().times.slice(0, spikes);
}
