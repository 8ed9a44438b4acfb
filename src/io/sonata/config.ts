import { readdirSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { InputError, parseJson, shown } from "../../errors.ts";
import { entryAt, readText } from "../../files/regular.ts";

/*
 * The configurations of a SONATA circuit and simulation. They are known by what is in them, not by their names, and name
 * other files: those of their folder are read, those elsewhere only where the caller allows it, since whoever made a
 * circuit may not be allowed to read everything that its user may.
 */

export type Json = Readonly<Record<string, unknown>>;

/** A configuration and where it stands. */
export interface Config {
  readonly path: string;
  readonly map: Json;
}

export interface SonataConfigs {
  readonly places: Places;
  readonly circuit: Config | null;
  readonly simulation: Config | null;
}

/** What reading a circuit may do. */
export interface SonataOptions {
  /** Read files that a configuration names outside of its folder. */
  readonly allowOutside?: boolean;
}

/** [bytes] Of a configuration. */
const LARGEST = 2 ** 22;
/** Files of a folder that are looked into. */
const MOST_FILES = 64;
/** Of a path, with all variables filled in. */
const LONGEST = 4096;

/** @returns null for what is no map of names */
export function mapOf(value: unknown): Json | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

const isCircuit = ({ map }: Config) => mapOf(map.networks) !== null;
const isSimulation = ({ map }: Config) =>
  mapOf(map.run) !== null ||
  (typeof map.network === "string" && (mapOf(map.inputs) !== null || mapOf(map.output) !== null));
/** A file that names the other two. */
const isPair = ({ map }: Config) => typeof map.network === "string" && typeof map.simulation === "string";

/**
 * The configurations at a path: a folder with one or both, or the file of one.
 * @returns null when there is none
 * @throws InputError when there are several, or one is damaged
 */
export function sonataConfigs(
  path: string,
  { allowOutside = false }: SonataOptions = {},
): SonataConfigs | null {
  const found = entryAt(path);
  if (!found) return null;
  const folder = found.isDirectory() ? path : dirname(path);
  const places = new Places(folder, allowOutside);
  const inFolder = configsOf(folder);
  const given = found.isDirectory() ? inFolder : [readConfig(path)].filter(config => config !== null);
  const pick = (from: readonly Config[], is: (config: Config) => boolean, name: string): Config | null => {
    const all = from.filter(is);
    const usual = all.find(config => basename(config.path) === name) ?? all[0];
    if (all.length > 1 && basename(usual.path) !== name)
      throw new InputError(
        `${folder}: expected one ${name}, got ${all
          .slice(0, 4)
          .map(config => basename(config.path))
          .join(", ")}; name the file`,
      );
    return usual ?? null;
  };
  let simulation = pick(given, isSimulation, "simulation_config.json");
  let circuit = pick(given, isCircuit, "circuit_config.json");
  const pair = simulation || circuit ? null : pick(given, isPair, "config.json");
  const named = (config: Config, field: string) => {
    const file = places.file(config, field, config.map[field]);
    const other = readConfig(file);
    if (other) return other;
    throw new InputError(`${file}: expected a configuration, got another file`);
  };
  if (pair) simulation = named(pair, "simulation");
  if (pair) circuit = named(pair, "network");
  else if (simulation && typeof simulation.map.network === "string") circuit = named(simulation, "network");
  else if (simulation) circuit ??= pick(inFolder, isCircuit, "circuit_config.json");
  return simulation || circuit ? { places, circuit, simulation } : null;
}

/** Whether a file holds a configuration of SONATA. */
export function isSonataConfig(path: string): boolean {
  const config = /\.json$/i.test(path) && entryAt(path)?.isFile() ? readConfig(path, true) : null;
  return config !== null && [isCircuit, isSimulation, isPair].some(is => is(config));
}

function configsOf(folder: string): Config[] {
  const names = readdirSync(folder).filter(name => /\.json$/i.test(name));
  return names
    .sort()
    .slice(0, MOST_FILES)
    .filter(name => entryAt(join(folder, name))?.isFile())
    .map(name => readConfig(join(folder, name), !/^((circuit|simulation)_)?config\.json$/.test(name)))
    .filter(config => config !== null);
}

/** @param lenient  what is no JSON is none of SONATA */
function readConfig(path: string, lenient = false): Config | null {
  try {
    const map = mapOf(parseJson(readText(path, LARGEST), path));
    return map && { path, map };
  } catch (error) {
    if (lenient && error instanceof InputError) return null;
    throw error;
  }
}

/** The files that configurations name. */
export class Places {
  readonly folder: string;
  readonly #root: string;
  readonly #allowOutside: boolean;

  constructor(folder: string, allowOutside: boolean) {
    this.folder = folder;
    this.#root = realpathSync(folder);
    this.#allowOutside = allowOutside;
  }

  /**
   * The path that a field of a configuration means, with the variables of its manifest filled in.
   * @throws InputError when it leads out of the folder, or is no path
   */
  file(config: Config, field: string, value: unknown): string {
    const where = `${config.path}: ${field}`;
    if (typeof value !== "string")
      throw new InputError(`${where}: expected a file name, got ${shown(value)}`);
    const text = expand(value, mapOf(config.map.manifest) ?? {}, where);
    return this.inside(isAbsolute(text) ? text : join(dirname(config.path), text), where);
  }

  /** The path itself. @throws InputError when it leads out of the folder, by its name or by a link */
  inside(path: string, where: string): string {
    if (this.#allowOutside) return path;
    const fail = (target: string) =>
      new InputError(
        `${where}: expected a file in ${shown(this.folder)}, got ${shown(target)}; --allow-outside reads it`,
      );
    const leads = (to: string, root: string) => {
      const way = relative(root, to);
      return way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way);
    };
    if (leads(resolve(path), resolve(this.folder)) && leads(resolve(path), this.#root)) throw fail(path);
    // What is not there leads nowhere, unless a folder above it is a link.
    for (let at = resolve(path); ; at = dirname(at)) {
      const real = realOf(at);
      if (real === null && dirname(at) !== at) continue;
      if (real === null || leads(real, this.#root)) throw fail(real ?? path);
      return path;
    }
  }
}

function realOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** A variable may stand for others; none stands for itself. */
function expand(text: string, manifest: Json, where: string): string {
  let at = text;
  for (let round = 0; round < 16; round++) {
    const next = at.replace(/\$\{?(\w+)\}?/g, (found, name: string) => {
      const value = manifest[`$${name}`] ?? manifest[name] ?? manifest[`\${${name}}`];
      if (value === undefined && name === "configdir") return ".";
      if (value !== undefined) return String(value);
      throw new InputError(`${where}: expected variables of the manifest, got ${shown(found)}`);
    });
    if (!/\$\{?\w/.test(at)) return at;
    if (next.length > LONGEST) break;
    at = next;
  }
  throw new InputError(`${where}: expected variables that end in a path, got ${shown(text)}, which does not`);
}
