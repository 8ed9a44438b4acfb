import { InputError, shown } from "./errors.ts";

/** Says of a definition what it defines; one symbol for all copies of the package that a program may have loaded. */
const DEFINES = Symbol.for("threefactor.defines");

/** Where the definitions of this package come from, and those that a program makes itself; others come from a file. */
export const OWN = "threefactor";
const PROGRAM = "this program";

/** What a definition defines, such as `rule`; undefined for any other value. */
export function definedKind(value: unknown): string | undefined {
  return (value as { [DEFINES]?: string } | null | undefined)?.[DEFINES];
}

/** What `typeof` says of each field of a definition; a question mark where it may be left out. */
export type Shape = Readonly<Record<string, string>>;

/** Things of one kind by name: those of the package first, then what is defined, in that order. */
export class Registry<T extends { readonly name: string }> {
  readonly list: T[] = [];
  /** As errors say it, and the function that defines one. */
  readonly kind: string;
  readonly #shape: Shape;
  readonly #fault: (definition: T) => string | null;
  readonly #sources = new Map<string, string>();

  /** @param fault  what is wrong with a definition of this shape, as `field: expected ..., got ...`; null for nothing */
  constructor(
    kind: string,
    shape: Shape,
    own: readonly T[],
    fault: (definition: T) => string | null = () => null,
  ) {
    this.kind = kind;
    this.#shape = shape;
    this.#fault = fault;
    for (const definition of own) {
      this.list.push(definition);
      this.#sources.set(definition.name, OWN);
    }
  }

  get names(): readonly string[] {
    return [...this.#sources.keys()];
  }

  find(name: unknown): T | undefined {
    return this.list.find(definition => definition.name === name);
  }

  /**
   * @param field  named in the error
   * @throws InputError that lists the names
   */
  named(name: unknown, field = this.kind): T {
    const found = this.find(name);
    if (found) return found;
    const got = typeof name === "string" && name.length <= 60 ? name : shown(name);
    throw new InputError(`${field}: expected one of ${this.names.join(", ")}, got ${got}`);
  }

  /** `threefactor`, the file of a plugin or `this program`; undefined for a name that is free. */
  sourceOf(name: string): string | undefined {
    return this.#sources.get(name);
  }

  /** The file that a definition was loaded from; undefined for those of the package and of the program. */
  fileOf(name: string): string | undefined {
    const source = this.#sources.get(name);
    return source === OWN || source === PROGRAM ? undefined : source;
  }

  /** The files that another thread has to load to know a definition; null where it cannot know it. */
  filesOf(definition: T): readonly string[] | null {
    const { name } = definition;
    if (this.find(name) !== definition || this.sourceOf(name) === PROGRAM) return null;
    return this.sourceOf(name) === OWN ? [] : [this.sourceOf(name)!];
  }

  /**
   * Adds a definition. One that is there already stays, and gets the file that it turns out to come from.
   * @throws InputError when it is none, or the name is taken
   */
  add<D extends T>(definition: D, source = PROGRAM): D {
    const { name } = this.check(definition);
    const known = this.list.find(other => alike(other.name) === alike(name));
    if (known !== undefined && known !== definition)
      throw new InputError(
        `${this.kind} ${name}: expected another name, since ${this.sourceOf(known.name)} has ${known.name}`,
      );
    if (!known) {
      if (!Object.isExtensible(definition))
        throw new InputError(`${this.kind} ${name}: expected an object that is not frozen`);
      Object.defineProperty(definition, DEFINES, { value: this.kind });
      this.list.push(definition);
    }
    if (!this.fileOf(name)) this.#sources.set(name, source);
    return definition;
  }

  /** The definition itself. @throws InputError that names the field, its value and what was expected */
  check<D extends T>(definition: D): D {
    const { kind } = this;
    if (typeof definition !== "object" || definition === null)
      throw new InputError(`${kind}: expected an object with a name, got ${shown(definition)}`);
    const { name } = definition;
    if (typeof name !== "string" || !/^(?!all$)[\w:.-]{1,60}$/.test(name) || name in {})
      throw new InputError(
        `${kind}: name: expected letters, digits, or any of -_.:, no word such as all or constructor, got ${shown(name)}`,
      );
    for (const [field, type] of Object.entries(this.#shape)) {
      const value = (definition as Readonly<Record<string, unknown>>)[field];
      const [is, optional] = [type.replace("?", ""), type.endsWith("?")];
      const right = typeof value === is && value !== null;
      if (!right && !(optional && value === undefined))
        throw new InputError(
          `${kind} ${name}: ${field}: expected ${is === "object" ? "an" : "a"} ${is}, got ${shown(value)}`,
        );
    }
    const fault = this.#fault(definition);
    if (fault !== null) throw new InputError(`${kind} ${name}: ${fault}`);
    return definition;
  }
}

/** Equal for names that the files of a run folder could not tell apart. */
function alike(name: string): string {
  return name.replaceAll(":", "-").toLowerCase();
}

/**
 * What a definition's function has made, with the functions that it must have.
 * @param where  such as `neuron mine: create`
 * @throws InputError for the first that is not there
 */
export function expectMethods<T extends object>(made: T, where: string, names: readonly (keyof T)[]): T {
  const missing = names.find(name => typeof made?.[name] !== "function");
  if (missing === undefined) return made;
  throw new InputError(
    `${where}: expected an object with the function ${String(missing)}, got ${shown(made?.[missing] ?? made)}`,
  );
}
