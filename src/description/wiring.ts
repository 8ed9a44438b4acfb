import type { Architecture } from "../engine/network/architecture.ts";
import { populationNames, type Wiring } from "../engine/network/layers.ts";
import { type ProjectionSpec, projectionFields } from "../engine/network/network.ts";
import { InputError, shown } from "../errors.ts";
import { quantity } from "./expression.ts";
import { readFields } from "./fields.ts";
import type { LayeredModel, LayerSpec } from "./layeredModel.ts";

const { name, from, to, connect, weights, delay } = projectionFields;
const fields = { name, from, to, connect, weights, delay };

/** Whether a model has delays or further synapses. */
export function isWired({ layers, readoutDelay, projections = [] }: LayeredModel): boolean {
  const late = (layer: LayerSpec) => "delay" in layer && layer.delay !== undefined;
  return layers.some(late) || readoutDelay !== undefined || projections.length > 0;
}

/**
 * The delays and further synapses of a model; null where it has none.
 * @param architecture  of the model
 * @param where         named in errors
 * @throws InputError for quantities and fields that cannot be; what they say of a network is checked where it is made
 */
export function wiringOf(
  { layers, readoutDelay, projections = [] }: LayeredModel,
  architecture: Architecture,
  where: string,
): Wiring | null {
  const given = [
    ...layers.flatMap((layer, k) =>
      layer.kind === "conv" || layer.kind === "dense"
        ? [[layer.delay, `${where}: layers[${k}] (${layer.kind}): delay`] as const]
        : [],
    ),
    [readoutDelay, `${where}: readoutDelay`] as const,
  ];
  if (projections.length === 0 && given.every(([value]) => value === undefined)) return null;
  const sizeOf = new Map(populationNames(given.length).map((name, p) => [name, architecture.sizes[p]]));
  return {
    delays: given.map(([value = 0, path], l) => {
      const { sources, post } = architecture.layers[l];
      const found = quantity(value, path, "time", {}, [sources, post]);
      if (typeof found === "function" || (found >= 0 && found < Infinity)) return found;
      throw new InputError(`${path}: expected a time of 0 ms or more, got ${shown(value)}`);
    }),
    projections: projections.map((projection, q) => {
      const ends = (projection ?? {}) as { from?: string; to?: string };
      const sizes = [ends.from, ends.to].map(end => sizeOf.get(end ?? "") ?? 1) as [number, number];
      const read = readFields(projection, `${where}: projections[${q}]`, {}, sizes, fields);
      if (read !== projection) return read as ProjectionSpec;
      throw new InputError(`${where}: projections[${q}]: expected a map, got ${shown(projection)}`);
    }),
  };
}
