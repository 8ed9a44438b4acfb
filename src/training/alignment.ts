import type { Dataset } from "../data/dataset.ts";
import { angleDegrees } from "../math/matrix.ts";
import { exactGradient } from "../rate/gradient.ts";
import type { Trainer } from "./trainer.ts";

/** Training samples on which updates are compared: the first ones, the same for every rule, twin and epoch. */
const PROBE = 200;

/**
 * Angle between the rule's update and the exact gradient of the mean loss, per hidden layer, in degrees. For
 * both twins the gradient is that of the rate network with the twin's present weights, by automatic differentiation. It is
 * taken at the samples' intensities, and where recordings are shown, at the traces that those leave.
 * @returns one angle per hidden layer; none for a rule that changes no hidden layer
 */
export function alignmentDegrees(trainer: Trainer, data: Dataset): number[] {
  const count = Math.min(PROBE, data.train.count);
  const update = trainer.update(Uint32Array.from({ length: count }, (_, n) => n));
  const { weights, biases } = trainer.parameters();
  const gradient = exactGradient(
    trainer.architecture,
    weights,
    biases,
    trainer.saturation,
    trainer.seen?.(count) ?? data.train.intensities.subarray(0, count * trainer.architecture.sizes[0]),
    data.train.labels.subarray(0, count),
    trainer.units,
  );
  const angles = update.slice(0, -1).map((change, l) => angleDegrees(change, gradient[l]));
  return angles.some(Number.isNaN) ? [] : angles;
}
