import * as node from "node:module";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { datasetRegistry } from "../data/index.ts";
import { encoderRegistry } from "../encoding/index.ts";
import { neurons } from "../engine/network/neurons/index.ts";
import { plasticities } from "../engine/network/plasticity/index.ts";
import { InputError, shown } from "../errors.ts";
import { expectRegular } from "../files/regular.ts";
import { definedKind, type Registry } from "../registry.ts";
import { ruleRegistry } from "../rules/index.ts";
import * as thisPackage from "./thisPackage.ts";

const registries = new Map(
  [ruleRegistry, neurons, plasticities, encoderRegistry, datasetRegistry].map(registry => [
    registry.kind,
    registry as unknown as Registry<{ readonly name: string }>,
  ]),
);
const makers = "defineRule, defineNeuron, definePlasticity, defineEncoder or defineDataset";

/**
 * Imports a module of definitions, so that their names are known to this thread: everything that it exports and
 * that `defineRule` and its likes have made, one by one or in lists. A module that has been imported is not read again.
 * @throws InputError that begins with the file, when it cannot be imported or defines nothing
 */
export async function loadPlugin(file: string): Promise<void> {
  const module = await importModule(file, "a module that can be imported");
  const exported = Object.values(module).flat() as { readonly name: string }[];
  const found = exported.filter(value => registries.has(definedKind(value) ?? ""));
  const names = Object.keys(module).slice(0, 5).join(", ");
  if (found.length === 0)
    throw new InputError(`${file}: expected exports made by ${makers}, got ${names || "no export"}`);
  for (const definition of found) {
    try {
      registries.get(definedKind(definition)!)!.add(definition, resolve(file));
    } catch (error) {
      throw error instanceof InputError ? new InputError(`${file}: ${error.message}`) : error;
    }
  }
}

let resolving = false;

/**
 * What a module of the user's exports. It finds this package at `threefactor`, and needs no installed one.
 * @param what  expected, as errors say it
 * @throws InputError that begins with the file, whatever goes wrong when it is imported
 */
export async function importModule(file: string, what: string): Promise<Readonly<Record<string, unknown>>> {
  expectRegular(file);
  if (!resolving) {
    const hooks = node as unknown as { registerHooks?(hooks: object): void };
    // Without a thread of its own, where Node has that.
    if (hooks.registerHooks) hooks.registerHooks({ resolve: thisPackage.resolve });
    else node.register("./thisPackage.js", import.meta.url);
    resolving = true;
  }
  let idle = () => {};
  const never = new Promise<never>((_, reject) => {
    idle = () => reject(new InputError("expected an end, got an await of what never comes"));
    process.once("beforeExit", idle);
  });
  try {
    return await Promise.race([import(pathToFileURL(resolve(file)).href), never]);
  } catch (error) {
    const why = error instanceof InputError ? error.message : `expected ${what}, got ${reason(error, file)}`;
    throw new InputError(`${file}: ${why}`, { cause: error });
  } finally {
    process.removeListener("beforeExit", idle);
  }
}

function reason(error: unknown, file: string): string {
  if (!(error instanceof Error)) return shown(error);
  const { name, code, stack = "" } = error as NodeJS.ErrnoException;
  const message = error.message.split("\n")[0];
  if (code === "ERR_UNKNOWN_FILE_EXTENSION") return `${message}; this Node imports .js, .mjs and .cjs`;
  if (code !== undefined) return message;
  const [, path, line] = /(file:\/\/\S+?):(\d+):\d+\)?$/m.exec(stack) ?? [];
  // Node keeps the place of an error of syntax to itself.
  if (!path) return `${name}: ${message}${error instanceof SyntaxError ? `; node ${file} says where` : ""}`;
  return `${name}: ${message}, at ${basename(path)}:${line}`;
}
