import { InputError } from "../../src/errors.ts";
import { backendNames, selectBackend } from "../../src/rate/backend.ts";

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
