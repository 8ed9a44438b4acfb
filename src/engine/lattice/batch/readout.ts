import type { NeuronModel } from "../../network/neurons/index.ts";
import type { Source } from "./batchInputs.ts";
import type { WeightMatrix } from "./latticeLayer.ts";
import type { SpikeLists } from "./spikeLists.ts";

/**
 * Population that never fires (`li`, or an infinite threshold): its potentials at the end of a presentation are a sum
 * over the spikes that reached it, so that it needs no steps.
 */
export class Readout {
  readonly size: number;
  #incoming: readonly WeightMatrix[];
  /** [steps]: potential at the end from an input of weight 1 so many steps before, for either sign. */
  readonly #left: readonly [Float64Array, Float64Array];
  /** [size] potentials at the end without input. */
  readonly #alone: Float64Array;
  readonly #steps: number;

  /** Arguments as of `LatticeLayer`. */
  constructor(
    { lattice }: NeuronModel,
    dt: number,
    steps: number,
    settles: Float64Array,
    starts: ArrayLike<number>,
    incoming: readonly WeightMatrix[],
  ) {
    this.size = settles.length;
    this.#incoming = incoming;
    this.#steps = steps;
    this.#left = [new Float64Array(steps), new Float64Array(steps)];
    for (let k = 0; k < steps; k++) {
      const { propagator, excitatory, inhibitory } = lattice(k * dt);
      this.#left[0][k] = excitatory.scale * propagator[0][excitatory.state];
      this.#left[1][k] = inhibitory.scale * propagator[0][inhibitory.state];
    }
    const decay = lattice((steps - 1) * dt).propagator[0][0];
    this.#alone = settles.map((settled, j) => settled + (starts[j] - settled) * decay);
  }

  /** The weights of all that it hears are others now. */
  take(incoming: readonly WeightMatrix[]): void {
    this.#incoming = incoming;
  }

  /** Potentials at the end of each sample, into `out`. */
  read(samples: number, sources: readonly Source[], spikes: readonly SpikeLists[], out: Float64Array): void {
    const { size } = this;
    const [positive, negative] = this.#left;
    for (let s = 0; s < samples; s++) {
      const own = out.subarray(s * size, (s + 1) * size);
      own.set(this.#alone);
      sources.forEach(({ population, delay }, q) => {
        const from = spikes[population];
        const list = from.inOrder(s, from.numbers(samples)[s], this.#steps);
        const { weights } = this.#incoming[q];
        for (let x = 0; x < list.length; x += 2) {
          const k = this.#steps - 1 - list[x] - delay;
          if (k < 0) continue;
          const row = list[x + 1] * size;
          for (let j = 0; j < size; j++) {
            const w = weights[row + j];
            own[j] += w * (w > 0 ? positive[k] : negative[k]);
          }
        }
      });
    }
  }
}
