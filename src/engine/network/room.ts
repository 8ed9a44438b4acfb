import { InputError } from "../../errors.ts";

/** Where nothing says how much memory there is: in a page, what one may have as a rule. */
const IN_A_PAGE = 4 * 2 ** 30;

interface Platform {
  readonly process?: {
    constrainedMemory?(): number;
    getBuiltinModule?(name: string): { totalmem?(): number } | undefined;
  };
}

/** Memory of the machine, or of the container that the process is in [bytes]. */
function machineMemory(): number {
  const { process } = globalThis as Platform;
  const total = process?.getBuiltinModule?.("node:os")?.totalmem?.() ?? IN_A_PAGE;
  const allowed = process?.constrainedMemory?.() ?? 0;
  return allowed > 0 ? Math.min(allowed, total) : total;
}

/**
 * What is still to be had of the machine's memory for a network: sizes are refused before anything of them is made. The
 * estimates are what is kept for sure, so that nothing is refused that would fit.
 */
export class Room {
  readonly #memory = machineMemory();
  #left = this.#memory;

  /**
   * Takes room for so many things.
   * @param field  which asks for them, for the error; none where the caller says it
   * @param most   of which there can be, whatever the memory
   * @throws InputError
   */
  take(field: string, count: number, what: string, bytesEach: number, most = Infinity): void {
    const fits = Math.min(most, Math.max(0, Math.floor(this.#left / bytesEach)));
    if (!(count <= fits)) {
      const why = fits === most ? "" : `, for which there is memory (${gib(this.#memory)})`;
      throw new InputError(
        `${field ? `${field}: ` : ""}expected at most ${fits} ${what}${why}, got ${Math.round(count)}`,
      );
    }
    this.#left -= count * bytesEach;
  }
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

/**
 * @param what  is made, for the error
 * @throws InputError where there was not so much memory after all
 */
export function inMemory<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError) || !/alloc|length|Map|Set/.test(error.message)) throw error;
    throw new InputError(
      `${what}: expected one that fits into memory (${gib(machineMemory())}), got one that does not: ${error.message}`,
    );
  }
}
