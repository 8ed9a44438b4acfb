import { InputError, shown } from "../errors.ts";

type Fields = Record<string, unknown>;

/**
 * A model that says what it adds to another one, or sets anew: populations and parameters by name, field by field;
 * projections and stimuli that have a name of the other's (`FROM->TO` where a projection has none) change that one,
 * the rest come after the other's.
 * @param base   the model that `extends` names
 * @param where  named in errors
 * @throws InputError for parts that are of no such form
 */
export function extended(base: unknown, own: object, where: string): unknown {
  if (base === null || typeof base !== "object")
    throw new InputError(`${where}: extends: expected a model, got ${shown(base)}`);
  const from = base as Fields;
  const { extends: _, populations, parameters, projections, stimuli, ...rest } = own as Fields;
  const path = (field: string) => `${where}: ${field}`;
  const given = { ...fields(from.populations, "populations") };
  for (const [name, population] of Object.entries(fields(populations, path("populations")))) {
    const changed = fields(population, path(`populations.${name}`));
    given[name] = { ...fields(given[name], "populations"), ...changed };
  }
  const lists = {
    projections: merged(from.projections, projections, path("projections")),
    stimuli: merged(from.stimuli, stimuli, path("stimuli")),
  };
  return {
    ...from,
    ...rest,
    parameters: { ...fields(from.parameters, "parameters"), ...fields(parameters, path("parameters")) },
    populations: given,
    ...lists,
  };
}

function merged(base: unknown, own: unknown, path: string): unknown[] {
  const all = [...list(base, path)];
  list(own, path).forEach((item, k) => {
    const changed = fields(item, `${path}[${k}]`);
    const at = all.findIndex(one => nameOf(one as Fields) === nameOf(changed));
    if (at === -1 || nameOf(changed) === undefined) all.push(changed);
    else all[at] = { ...(all[at] as Fields), ...changed };
  });
  return all;
}

function nameOf({ name, from, to }: Fields): unknown {
  return name ?? (from === undefined ? undefined : `${String(from)}->${String(to)}`);
}

function fields(value: unknown, path: string): Fields {
  if (value === undefined) return {};
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new InputError(`${path}: expected an object, got ${shown(value)}`);
  return value as Fields;
}

function list(value: unknown, path: string): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new InputError(`${path}: expected a list, got ${shown(value)}`);
  return value;
}
