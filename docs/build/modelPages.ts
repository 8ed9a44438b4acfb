import { networkModels } from "../../models/index.ts";
import { presets } from "../../models/presets.ts";
import { describedStream } from "../../src/description/streamed.ts";
import { modulatorFields } from "../../src/engine/network/modulators.ts";
import { populationFields, projectionFields } from "../../src/engine/network/network.ts";
import { neurons } from "../../src/engine/network/neurons/index.ts";
import type { Parameter, Table } from "../../src/engine/network/parameters.ts";
import { plasticities } from "../../src/engine/network/plasticity/index.ts";
import { stimulusFields } from "../../src/engine/network/stimuli/stimulus.ts";
import { connectFields } from "../../src/engine/network/synapses/connect.ts";
import { convolutionFields } from "../../src/engine/network/synapses/convolution.ts";
import { table } from "./commandPages.ts";

/** Every table of fields that a model file may have, by heading; a test asks each field for its words. */
export function fieldTables(): ReadonlyMap<string, Table> {
  const of = (word: string, tables: Iterable<readonly [string, Table]>) =>
    [...tables].map(([name, fields]) => [`${word} \`${name}\``, fields] as const);
  return new Map<string, Table>([
    ["A population", populationFields],
    ["A modulator of a population", modulatorFields({ any: {} }).any.fields!({})!],
    ["A projection", projectionFields],
    ...of("Connectivity", Object.entries({ ...connectFields, convolution: convolutionFields })),
    ...of(
      "Neuron",
      neurons.list.map(({ name, parameters }) => [name, parameters] as const),
    ),
    ...of(
      "Plasticity",
      plasticities.list.map(({ name, parameters }) => [name, parameters] as const),
    ),
    ...of("Stimulus", stimulusFields as ReadonlyMap<string, Table>),
    ["The stream of samples", describedStream],
  ]);
}

/** @param word  of the headings */
export function fieldReference(word: string): string {
  return [...fieldTables()]
    .filter(([heading]) => heading.startsWith(word))
    .flatMap(([heading, fields]) => [
      "",
      `### ${heading}`,
      "",
      ...table(
        ["field", "unit", "default", ""],
        Object.entries(fields).map(([name, field]) => [
          `\`${name}\``,
          unitOf(field),
          usual(field),
          field.doc ?? "",
        ]),
      ),
    ])
    .join("\n");
}

function unitOf({ unit, words, own }: Parameter): string {
  const kinds = words?.map(word => `\`${word}\``).join(", ");
  if (unit === undefined) return kinds ?? (own ? "" : "text");
  const number = unit === "1" ? "number" : unit;
  return kinds ? `${number}, or ${kinds}` : number;
}

function usual({ default: value }: Parameter): string {
  if (value === undefined) return "";
  if (typeof value === "function") return "see there";
  return value === "" ? "none" : `\`${String(value)}\``;
}

/** The networks that `threefactor simulate` knows by name. */
export function networkReference(): string {
  const rows = Object.entries(networkModels).map(([name, { description = "", source = "" }]) => [
    `\`${name}\``,
    description,
    source,
  ]);
  return table(["name", "", "source"], rows).join("\n");
}

/** The published runs that `compare --preset` knows. */
export function presetReference(): string {
  const rows = [...presets.values()].map(({ name, source, unlike = "" }) => [`\`${name}\``, source, unlike]);
  return table(["preset", "source", "what is not as in the paper"], rows).join("\n");
}
