import {
  type Architecture,
  convLayer,
  denseLayer,
  type Layer,
  type Maps,
  neuronsOf,
  type Pool,
  placesAlong,
} from "../engine/network/architecture.ts";
import { InputError, shown } from "../errors.ts";

/**
 * A feed-forward network layer by layer, from the input up; the readout onto the classes follows by itself. Every
 * `conv` and `dense` layer ends in the activation of the twin, ReLU or spikes.
 */
export interface LayeredModel {
  readonly name: string;
  readonly description?: string;
  readonly source?: string;
  readonly layers: readonly LayerSpec[];
  /** Factor on the learning rate of the readout; 1 by default. */
  readonly readoutRate?: number;
  /** As `delay` of a layer. */
  readonly readoutDelay?: number | string;
  /**
   * Further synapses, in spikes only: maps of name, from, to, connect, weights and delay as in a network's file, between input, hidden 1,
   * hidden 2, ... (hidden, where there is one) and readout. They learn with those that reach the same neurons.
   */
  readonly projections?: readonly unknown[];
  /** By rule, `default` for the rest; where there are none, those of the data set. */
  readonly learningRates?: Readonly<Record<string, number>>;
}

export type LayerSpec =
  | {
      readonly kind: "conv";
      /** Maps above. */
      readonly filters: number;
      /** Side of the kernel. */
      readonly size: number;
      /** 1 by default. */
      readonly stride?: number;
      /** Silent places around the maps; 0 by default. `same`: as many as keep the size, for odd kernels of stride 1. */
      readonly padding?: number | "same";
      /** Factor on the learning rate; 1 by default. A kernel sums over its places, so it may want a smaller step. */
      readonly rate?: number;
      /** Of its synapses in spikes: a quantity such as "2 ms", one for all of a kernel or onto pools; 0 by default. */
      readonly delay?: number | string;
    }
  | {
      readonly kind: "dense";
      readonly units: number;
      readonly rate?: number;
      /** Likewise, or an expression with draws, such as "uniform(1, 5) ms". */
      readonly delay?: number | string;
    }
  /** Of windows that do not overlap, after a conv layer. */
  | { readonly kind: "maxpool" | "avgpool"; readonly size: number }
  /** Of the layer before it, over the batch. In rates only. */
  | { readonly kind: "batchnorm" }
  /** Maps become a row of neurons, as they do before a dense layer by themselves. */
  | { readonly kind: "flatten" };

const fields: Readonly<Record<LayerSpec["kind"], readonly string[]>> = {
  conv: ["kind", "filters", "size", "stride", "padding", "rate", "delay"],
  dense: ["kind", "units", "rate", "delay"],
  maxpool: ["kind", "size"],
  avgpool: ["kind", "size"],
  batchnorm: ["kind"],
  flatten: ["kind"],
};
const modelFields = [
  ...["name", "description", "source", "layers", "projections"],
  ...["readoutRate", "readoutDelay", "learningRates"],
];

/**
 * Checks what a file holds.
 * @param where  named in errors
 * @throws InputError that names the layer and the field
 */
export function checkLayeredModel(value: unknown, where: string): LayeredModel {
  const model = map(value, where, modelFields);
  const text = (field: "name" | "description" | "source", needed: boolean) => {
    if (typeof model[field] === "string" || (model[field] === undefined && !needed)) return;
    throw new InputError(`${where}: ${field}: expected text, got ${shown(model[field])}`);
  };
  text("name", true);
  text("description", false);
  text("source", false);
  if (!Array.isArray(model.layers)) {
    throw new InputError(`${where}: layers: expected a list, got ${shown(model.layers)}`);
  }
  model.layers.forEach((layer, k) => {
    checkLayer(layer, `${where}: layers[${k}]`);
  });
  if (model.projections !== undefined && !Array.isArray(model.projections))
    throw new InputError(`${where}: projections: expected a list, got ${shown(model.projections)}`);
  if (model.readoutRate !== undefined) factor(model.readoutRate, `${where}: readoutRate`);
  if (model.learningRates !== undefined) {
    const rates = map(model.learningRates, `${where}: learningRates`);
    for (const [rule, rate] of Object.entries(rates)) factor(rate, `${where}: learningRates: ${rule}`);
  }
  return model as unknown as LayeredModel;
}

function checkLayer(value: unknown, where: string): void {
  const layer = map(value, where);
  const kinds = Object.keys(fields);
  if (typeof layer.kind !== "string" || !kinds.includes(layer.kind)) {
    throw new InputError(`${where}: kind: expected one of ${kinds.join(", ")}, got ${shown(layer.kind)}`);
  }
  const named = `${where} (${layer.kind})`;
  map(layer, named, fields[layer.kind as LayerSpec["kind"]]);
  const count = (field: string, least: number, optional: boolean, or = "") => {
    const got = layer[field];
    if (got === undefined && optional) return;
    if (Number.isInteger(got) && (got as number) >= least && (got as number) <= 100_000) return;
    throw new InputError(
      `${named}: ${field}: expected ${or}an integer of ${least} or more, got ${shown(got)}`,
    );
  };
  if (layer.kind === "conv") {
    count("filters", 1, false);
    count("size", 1, false);
    count("stride", 1, true);
    if (layer.padding !== "same") count("padding", 0, true, '"same" or ');
    else if ((layer.size as number) % 2 === 0 || (layer.stride ?? 1) !== 1) {
      throw new InputError(`${named}: padding: expected a number for an even size or a stride, got "same"`);
    }
  } else if (layer.kind === "dense") count("units", 1, false);
  else if (layer.kind === "maxpool" || layer.kind === "avgpool") count("size", 2, false);
  if (layer.rate !== undefined) factor(layer.rate, `${named}: rate`);
}

/**
 * The network of a model for samples of a shape.
 * @param shape  [height, width] or [height, width, channels]
 * @param where  named in errors
 * @throws InputError that names the layer that does not fit
 */
export function architectureFrom(
  { layers: specs, readoutRate = 1 }: LayeredModel,
  shape: readonly number[],
  classes: number,
  where: string,
): Architecture {
  const [height, width = 1, channels = 1] = shape as [number, number?, number?];
  const layers: Layer[] = [];
  let maps: Maps | null = { height, width, channels };
  let neurons = neuronsOf(maps);
  let pool: Pool | null = null;
  let last = "";
  specs.forEach((spec, k) => {
    const named = `${where}: layers[${k}] (${spec.kind})`;
    const refused = (problem: string) => new InputError(`${named}: ${problem}`);
    if (spec.kind === "conv") {
      if (!maps) throw refused("expected maps below, got a row of neurons");
      const { filters, size, stride = 1, padding = 0, rate = 1 } = spec;
      const around = padding === "same" ? (size - 1) / 2 : padding;
      const move = { size, stride, padding: around };
      const to: Maps = {
        height: placesAlong(maps.height, move),
        width: placesAlong(maps.width, move),
        channels: filters,
      };
      if (to.height < 1 || to.width < 1) {
        throw refused(
          `size: expected at most ${Math.min(maps.height, maps.width) + 2 * around}, got ${size}`,
        );
      }
      layers.push({ ...convLayer({ ...move, from: maps, to }, pool), rate });
      [maps, neurons, pool] = [to, neuronsOf(to), null];
    } else if (spec.kind === "dense") {
      layers.push({ ...denseLayer(neurons, spec.units, pool), rate: spec.rate ?? 1 });
      [maps, neurons, pool] = [null, spec.units, null];
    } else if (spec.kind === "maxpool" || spec.kind === "avgpool") {
      if (!maps || (last !== "conv" && last !== "batchnorm"))
        throw refused("expected a conv layer before it");
      const to = {
        height: Math.floor(maps.height / spec.size),
        width: Math.floor(maps.width / spec.size),
        channels: maps.channels,
      };
      if (to.height < 1 || to.width < 1) {
        throw refused(`size: expected at most ${Math.min(maps.height, maps.width)}, got ${spec.size}`);
      }
      pool = { kind: spec.kind === "maxpool" ? "max" : "average", size: spec.size, from: maps, to };
      maps = to;
    } else if (spec.kind === "batchnorm") {
      if (last !== "conv" && last !== "dense") throw refused("expected a conv or dense layer before it");
      layers.push({ ...layers.pop()!, batchNorm: true });
    } else maps = null;
    last = spec.kind;
  });
  layers.push({ ...denseLayer(neurons, classes, pool), rate: readoutRate });
  return { sizes: [layers[0].pre, ...layers.map(({ post }) => post)], layers };
}

function map(value: unknown, where: string, allowed?: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InputError(`${where}: expected a map, got ${shown(value)}`);
  }
  const stray = allowed && Object.keys(value).find(key => !allowed.includes(key));
  if (stray !== undefined) {
    throw new InputError(`${where}: expected ${allowed!.join(", ")}, got ${shown(stray)}`);
  }
  return value as Record<string, unknown>;
}

function factor(value: unknown, where: string): void {
  if (typeof value === "number" && value > 0 && value < Infinity) return;
  throw new InputError(`${where}: expected a number above 0, got ${shown(value)}`);
}
