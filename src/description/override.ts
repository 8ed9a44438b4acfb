import { InputError } from "../errors.ts";

/**
 * Copies a description with one field set, as `--set parameters.g=4` or `--set projections[2].delay="1 ms"` ask. A text
 * that is a number becomes one. Only fields whose parent exists can be set.
 * @throws InputError when the assignment cannot be read or its path leads nowhere
 */
export function override(description: unknown, assignment: string): unknown {
  const at = assignment.indexOf("=");
  if (at < 1) throw new InputError(`--set: expected PATH=VALUE, got ${assignment}`);
  const [path, text] = [assignment.slice(0, at), assignment.slice(at + 1)];
  const keys = path.split(/\.|\[(\d+)\]\.?/).filter(key => key !== undefined && key !== "");
  const number = Number(text);
  const copy = structuredClone(description) as Record<string, unknown>;
  let place: Record<string, unknown> = copy;
  for (const key of keys.slice(0, -1)) {
    const next = Object.hasOwn(place, key) ? place[key] : undefined;
    if (next === null || typeof next !== "object") {
      throw new InputError(
        `--set: expected a path of the model, one of ${Object.keys(place).join(", ")} at ${key}, got ${path}`,
      );
    }
    place = next as Record<string, unknown>;
  }
  const last = keys.at(-1)!;
  if (Array.isArray(place) && !(Number(last) < place.length)) {
    throw new InputError(`--set: expected an index below ${place.length}, got ${path}`);
  }
  if (place === copy.parameters && !Object.hasOwn(place, last)) {
    throw new InputError(`--set: expected a parameter, one of ${Object.keys(place).join(", ")}, got ${last}`);
  }
  place[last] = text.trim() !== "" && Number.isFinite(number) ? number : text;
  return copy;
}
