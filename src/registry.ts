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
  readonly #kind: string;
  readonly #shape: Shape;
  readonly #sources = new Map<string, string>();

  /** @param kind  as errors say it, and the function that defines one */
  constructor(kind: string, shape: Shape, own: readonly T[]) {
    this.#kind = kind;
    this.#shape = shape;
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
  named(name: unknown, field = this.#kind): T {
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

  /**
   * Adds a definition. One that is there already stays, and gets the source.
   * @throws InputError when a field is missing or of another kind, or the name is taken
   */
  add<D extends T>(definition: D, source = PROGRAM): D {
    const { name } = this.check(definition);
    const known = this.find(name);
    if (known !== undefined && known !== definition)
      throw new InputError(
        `${this.#kind} ${name}: expected another name, since ${this.sourceOf(name)} has one of this name`,
      );
    if (!known) {
      Object.defineProperty(definition, DEFINES, { value: this.#kind });
      this.list.push(definition);
    }
    this.#sources.set(name, source);
    return definition;
  }

  /** The definition itself. @throws InputError when a field is missing or of another kind */
  check<D extends T>(definition: D): D {
    const kind = this.#kind;
    if (typeof definition !== "object" || definition === null)
      throw new InputError(`${kind}: expected an object with a name, got ${shown(definition)}`);
    const { name } = definition;
    if (typeof name !== "string" || !/^[\w:.-]{1,60}$/.test(name))
      throw new InputError(`${kind}: name: expected letters, digits, or any of -_.:, got ${shown(name)}`);
    for (const [field, type] of Object.entries(this.#shape)) {
      const value = (definition as Readonly<Record<string, unknown>>)[field];
      const [is, optional] = [type.replace("?", ""), type.endsWith("?")];
      const right = typeof value === is && value !== null;
      if (!right && !(optional && value === undefined))
        throw new InputError(`${kind} ${name}: ${field}: expected a ${is}, got ${shown(value)}`);
    }
    return definition;
  }
}
