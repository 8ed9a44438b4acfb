import { InputError } from "../errors.ts";

/** The matrix product of a BLAS that is installed on this machine. */
export interface Blas {
  /** What the library calls itself, for whom it was compiled, threads: `OpenBLAS 0.3.21 (SkylakeX), 1 thread` */
  readonly title: string;
  /**
   * c = alpha a b + beta c, with a [rows, inner], b [inner, columns], c [rows, columns], row by row; operands that are
   * `transposed` lie there as [inner, rows] and [columns, inner]. None of the sizes is 0. Rows of `a` are `stride` apart
   * where they are parts of longer ones.
   */
  product(
    [rows, columns, inner]: readonly [number, number, number],
    a: { values: Float32Array; transposed?: boolean; stride?: number },
    b: { values: Float32Array; transposed?: boolean },
    c: Float32Array,
    alpha?: number,
    beta?: number,
  ): void;
}

/** Where a library is looked for; the first that can be loaded is taken. */
const wellKnown: Readonly<Record<string, readonly string[]>> = {
  linux: [
    "libopenblas.so.0",
    "libopenblas.so",
    "libmkl_rt.so.2",
    "libmkl_rt.so",
    "libblis.so.4",
    "libflexiblas.so.3",
  ],
  darwin: [
    "/System/Library/Frameworks/Accelerate.framework/Accelerate",
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
  ],
  win32: ["libopenblas.dll", "openblas.dll", "mkl_rt.2.dll", "mkl_rt.dll"],
};

/** Read by the libraries when they are loaded, before a function could tell them. */
const threadVariables = [
  "OPENBLAS_NUM_THREADS",
  "MKL_NUM_THREADS",
  "BLIS_NUM_THREADS",
  "VECLIB_MAXIMUM_THREADS",
  "OMP_NUM_THREADS",
];

/** The part of koffi that is used. */
interface Koffi {
  load(path: string): Library;
}
interface Library {
  func(definition: string): (...args: unknown[]) => unknown;
}

/**
 * Looks for a BLAS with the C interface and 32-bit sizes, through the optional package koffi.
 * `THREEFACTOR_BLAS` names a library file instead of the well-known ones, or is `off`; `THREEFACTOR_BLAS_THREADS` is the
 * number of threads, by default 1: sums are then added up in the same order in every run on a machine.
 * @returns the library, or why there is none
 * @throws InputError when one of the variables is wrong
 */
export async function findBlas(): Promise<Blas | { readonly missing: string }> {
  const environment = globalThis.process?.env ?? {};
  const wanted = environment.THREEFACTOR_BLAS;
  if (wanted === "off") return { missing: "THREEFACTOR_BLAS is off" };
  const threads = threadCount(environment.THREEFACTOR_BLAS_THREADS);
  let koffi: Koffi;
  try {
    const name = "koffi";
    koffi = (await import(name)).default; // a variable, so that bundlers do not ask for the optional package
  } catch {
    return { missing: "the optional package koffi is not installed" };
  }
  for (const variable of threadVariables) environment[variable] = String(threads);
  const names = wanted ? [wanted] : (wellKnown[globalThis.process.platform] ?? []);
  for (const name of names) {
    try {
      const library = koffi.load(name);
      const blas = bound(
        library,
        `${titleOf(library, name)}, ${threads} ${threads === 1 ? "thread" : "threads"}`,
      );
      setThreads(library, threads);
      if (multiplies(blas)) return blas;
      if (wanted) return { missing: `THREEFACTOR_BLAS: ${wanted} does not multiply with 32-bit sizes` };
    } catch (error) {
      if (wanted) return { missing: `THREEFACTOR_BLAS: ${wanted}: ${(error as Error).message}` };
    }
  }
  return { missing: `no BLAS found, looked for ${names.join(", ") || "none on this platform"}` };
}

function threadCount(text: string | undefined): number {
  if (text === undefined || text === "") return 1;
  const threads = Number(text);
  if (Number.isInteger(threads) && threads > 0) return threads;
  throw new InputError(`THREEFACTOR_BLAS_THREADS: expected a whole number above 0, got ${text}`);
}

// cblas.h: CblasRowMajor, CblasNoTrans, CblasTrans
const [ROW_MAJOR, PLAIN, TRANSPOSED] = [101, 111, 112];

function bound(library: Library, title: string): Blas {
  const sgemm = library.func(
    "void cblas_sgemm(int, int, int, int, int, int, float, float *, int, float *, int, float, float *, int)",
  );
  return {
    title,
    product([rows, columns, inner], a, b, c, alpha = 1, beta = 0) {
      sgemm(
        ROW_MAJOR,
        a.transposed ? TRANSPOSED : PLAIN,
        b.transposed ? TRANSPOSED : PLAIN,
        rows,
        columns,
        inner,
        alpha,
        a.values,
        a.stride ?? (a.transposed ? rows : inner),
        b.values,
        b.transposed ? inner : columns,
        beta,
        c,
        columns,
      );
    },
  };
}

function titleOf(library: Library, name: string): string {
  const config = call(library, "const char *openblas_get_config()");
  if (config !== undefined) {
    const version = /OpenBLAS ([\d.]+\S*)/.exec(String(config))?.[1] ?? "";
    return `OpenBLAS ${version} (${call(library, "const char *openblas_get_corename()")})`;
  }
  const text = Buffer.alloc(200);
  if (call(library, "void MKL_Get_Version_String(char *, int)", text, text.length) !== undefined) {
    return `MKL ${/Version ([\d.]+)/.exec(text.toString("latin1"))?.[1] ?? ""}`;
  }
  const blis = call(library, "const char *bli_info_get_version_str()");
  if (blis !== undefined) return `BLIS ${blis}`;
  return name.includes("Accelerate") ? "Accelerate" : `BLAS of ${name.split(/[\\/]/).at(-1)}`;
}

function setThreads(library: Library, threads: number): void {
  call(library, "void openblas_set_num_threads(int)", threads);
  call(library, "void MKL_Set_Num_Threads(int)", threads);
  call(library, "void bli_thread_set_num_threads(int64_t)", threads);
}

/** @returns what a function returns (null if nothing), undefined when the library has no such function */
function call(library: Library, definition: string, ...args: unknown[]): unknown {
  try {
    return library.func(definition)(...args) ?? null;
  } catch {
    return undefined;
  }
}

/** A library with 64-bit sizes has the same names; it is not usable. */
function multiplies(blas: Blas): boolean {
  const [a, b, c] = [
    Float32Array.of(1, 2, 3, 4, 5, 6),
    Float32Array.of(1, 0, 2, 0, 1, -1),
    Float32Array.of(1, 1, 1, 1),
  ];
  blas.product([2, 2, 3], { values: a }, { values: b, transposed: true }, c, 2, 1);
  return c.join() === "15,-1,33,-1";
}
