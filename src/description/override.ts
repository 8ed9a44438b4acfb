import { InputError, shown } from "../errors.ts";

/**
 * Copies a description with one field set, as `--set parameters.g=4` or `--set projections[2].delay="1 ms"` ask. A text
 * that is a number, true or false becomes that. Only fields whose parent exists can be set.
 * @throws InputError when the assignment cannot be read or its path leads nowhere
 */
export function override(description: unknown, assignment: string): unknown {
  const at = assignment.indexOf("=");
  const [path, text] = [assignment.slice(0, at), assignment.slice(at + 1)];
  const keys = path.split(/\.|\[(\d+)\]\.?/).filter(key => key !== undefined && key !== "");
  if (at < 1 || keys.length === 0) {
    throw new InputError(`--set: expected PATH=VALUE, got ${shown(assignment)}`);
  }
  if (!isMap(description)) throw new InputError(`--set: expected a model, got ${shown(description)}`);
  const copy = { ...description };
  // What lies beside the path is shared: it may hold functions, of which there is no copy.
  let place = copy;
  for (const key of keys.slice(0, -1)) {
    const next = Object.hasOwn(place, key) ? place[key] : undefined;
    if (!isMap(next)) {
      throw new InputError(
        `--set: expected a path of the model, one of ${listed(place)} at ${shown(key)}, got ${shown(path)}`,
      );
    }
    const inner = (Array.isArray(next) ? [...next] : { ...next }) as typeof place;
    place[key] = inner;
    place = inner;
  }
  const last = keys.at(-1)!;
  if (Array.isArray(place) && !(/^\d+$/.test(last) && Number(last) < place.length)) {
    throw new InputError(`--set: expected an index below ${place.length}, got ${shown(path)}`);
  }
  if (place === copy.parameters && !Object.hasOwn(place, last)) {
    throw new InputError(`--set: expected a parameter, one of ${listed(place)}, got ${shown(last)}`);
  }
  const number = Number(text);
  const truth = text === "true" || text === "false" ? text === "true" : null;
  const value = truth ?? (text.trim() !== "" && Number.isFinite(number) ? number : text);
  Object.defineProperty(place, last, { value, enumerable: true, configurable: true, writable: true });
  return copy;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !ArrayBuffer.isView(value);

function listed(place: Record<string, unknown>): string {
  const names = Object.keys(place).join(", ");
  return names.length > 200 ? `${names.slice(0, 200)}…` : names;
}
