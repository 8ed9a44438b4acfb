import { layeredModels } from "../../models/index.ts";
import { checkLayeredModel, type LayeredModel } from "../description/layeredModel.ts";
import { InputError, parseJson, shown } from "../errors.ts";
import { entryAt, readText } from "../files/regular.ts";
import { isNetworkFile } from "./startNetwork.ts";

/**
 * What --model names: a model that ships, a JSON file, or, in the options of a run folder, the model itself as JSON.
 * @returns its name, or its JSON, so that a run does not depend on the file any more; of a network with weights, its path
 * @throws InputError that names the file, the layer and the field
 */
export function readModel(text: string): string {
  if (Object.hasOwn(layeredModels, text)) return text;
  if (text.startsWith("{")) return JSON.stringify(parse(text, "--model"));
  if (entryAt(text) === null)
    throw new InputError(
      `--model: expected ${Object.keys(layeredModels).join(", ")} or a file that exists, got ${shown(text)}`,
    );
  if (isNetworkFile(text)) return text;
  return JSON.stringify(parse(readText(text), text));
}

/** @param option  as `readModel` gives it */
export function modelOf(option: string): LayeredModel {
  return layeredModels[option] ?? parse(option, "--model");
}

function parse(json: string, where: string): LayeredModel {
  return checkLayeredModel(parseJson(json, where), where);
}
