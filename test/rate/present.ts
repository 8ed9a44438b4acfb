import { beforeAll, describe } from "vitest";
import { InputError } from "../../src/errors.ts";
import { backendNames, selectBackend } from "../../src/rate/backend.ts";
import { needs } from "../needs.ts";

/** The backends that start on this machine; without a BLAS or a graphics processor there are fewer. */
export async function presentBackends(): Promise<string[]> {
  const present: string[] = [];
  for (const name of backendNames) {
    try {
      await selectBackend(name);
      present.push(name);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return present;
}

const present = await presentBackends();

/** The same tests on every backend but `except`; those that do not start here are skipped by name. */
export function onEveryBackend(tests: (backend: string) => void, except?: string): void {
  for (const backend of backendNames) {
    if (backend === except) continue;
    const starts = present.includes(backend);
    describe.runIf(starts)(needs("its library or device", starts, `on ${backend}`), () => {
      beforeAll(async () => {
        await selectBackend(backend);
      });
      tests(backend);
    });
  }
}
