/**
 * What this machine can do at most in WebAssembly, for rooflines: multiplications with a sum in vectors of four floats
 * that stay in registers, and bytes read in order from a list as long as the weights that are asked for.
 */
const REGISTERS = 12;
const names = Array.from({ length: REGISTERS }, (_, k) => `a${k}`);
const source = `
export function products(rounds: i32, x: f32, y: f32): f32 {
  const factor = f32x4.splat(x);
  const more = f32x4.splat(y);
  ${names.map((a, k) => `let ${a} = f32x4.splat(<f32>${k});`).join("\n  ")}
  for (let n = 0; n < rounds; n++) {
    ${names.map(a => `${a} = f32x4.add(f32x4.mul(${a}, factor), more);`).join("\n    ")}
  }
  return f32x4.extract_lane(${names.reduce((sum, a) => `f32x4.add(${sum}, ${a})`)}, 0);
}
export function bytes(length: i32): f32 {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  for (let at: usize = 1024, end = at + usize(length); at < end; at += 64) {
    a = f32x4.add(a, v128.load(at));
    b = f32x4.add(b, v128.load(at, 16));
    c = f32x4.add(c, v128.load(at, 32));
    d = f32x4.add(d, v128.load(at, 48));
  }
  return f32x4.extract_lane(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), 0);
}
`;

interface Compiler {
  compileString(source: string, options: object): Promise<{ binary: Uint8Array | null; stderr: unknown }>;
}

export interface Limits {
  /** Multiplications with a sum in a second. */
  readonly sums: number;
  /** Bytes read in a second. */
  readonly bytes: number;
}

/** @returns measures both afresh, in processor time @param length  of what is read [bytes] */
export async function limitsOf(length: number): Promise<() => Limits> {
  const pages = Math.ceil((length + 2048) / 65536);
  // Its types would change those of the whole project.
  const compiler: string = "assemblyscript/asc";
  const { default: asc } = (await import(compiler)) as { default: Compiler };
  const { binary, stderr } = await asc.compileString(source, {
    ...{ optimizeLevel: 3, enable: ["simd"], runtime: "stub", initialMemory: pages, noAssert: true },
  });
  if (!binary) throw new Error(String(stderr));
  const { WebAssembly } = globalThis as unknown as {
    WebAssembly: {
      Module: new (bytes: Uint8Array) => object;
      Instance: new (module: object, imports: object) => { exports: object };
    };
  };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), {});
  const { products, bytes } = exports as {
    products(rounds: number, x: number, y: number): number;
    bytes(length: number): number;
  };
  const seconds = (run: () => void) => {
    const began = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1e6;
  };
  const rounds = 5_000_000;
  const readings = Math.ceil(1e9 / length);
  const measure = () => ({
    sums: (4 * REGISTERS * rounds) / seconds(() => products(rounds, 0.5, 0.25)),
    bytes:
      (readings * length) /
      seconds(() => {
        for (let k = 0; k < readings; k++) bytes(length);
      }),
  });
  // Compiled well only after a while.
  for (let k = 0; k < 3; k++) measure();
  return measure;
}
