import fc from "fast-check";
import { expect, test } from "vitest";
import { instant } from "../../../src/engine/instant.ts";
import { rateCode } from "../../../src/engine/kernels/rateCode.ts";
import { SpikeTrain } from "../../../src/engine/record/spikeTrain.ts";

const phase = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
// Brighter than full: more spikes than there is room for at first.
const intensity = fc.oneof(
  fc.constantFrom(0, 0.5, 1),
  fc.float({ min: 0, max: 1, noNaN: true }),
  fc.constantFrom(1.5, 40),
);

test("the compiled rate code is the formula, sorted by time and neuron, to the bit", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(phase, fc.constantFrom(0.25, 0.5)), { minLength: 1, maxLength: 40 }),
      fc.array(fc.array(intensity, { minLength: 40, maxLength: 40 }), { minLength: 1, maxLength: 3 }),
      fc.constantFrom(1, 4, 4.5, 16),
      fc.boolean(),
      fc.constantFrom(0, 0.1, 1, 3),
      (drawn, samples, maxSpikes, even, resolution) => {
        const placed = (t: number) =>
          resolution > 0 ? Math.floor(instant(t) / resolution + 1e-9) * resolution : instant(t);
        // Even phases make spikes of one instant.
        const phases = Float64Array.from(drawn, ([any, some]) => (even ? some : any));
        const code = { phases, durationMs: 20, maxSpikes, resolution };
        for (const sample of samples) {
          const intensities = Float32Array.from(sample.slice(0, phases.length));
          const [coded, plain] = [new SpikeTrain(1), new SpikeTrain(1)];
          rateCode(code, intensities, coded);
          intensities.forEach((p, i) => {
            if (p === 0) return;
            const interval = 20 / (maxSpikes * p);
            for (let k = 1; (k - phases[i]) * interval <= 20; k++) {
              plain.push(0, i);
              plain.times[plain.length - 1] = placed((k - phases[i]) * interval);
            }
          });
          plain.sort(20);
          expect(coded.length).toBe(plain.length);
          expect(coded.times.slice(0, coded.length)).toEqual(plain.times.slice(0, plain.length));
          expect(coded.neurons.slice(0, coded.length)).toEqual(plain.neurons.slice(0, plain.length));
        }
      },
    ),
  );
});
