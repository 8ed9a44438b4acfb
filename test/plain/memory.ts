/** Everything that a kernel may see of its memory, and the fields of records. */
export interface Memory {
  readonly f64: Float64Array;
  readonly f32: Float32Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly u16: Uint16Array;
  /** Fields of a record that are integers, floats, doubles; see `kernels/layout.ts`. */
  field(record: number, place: number): number;
  single(record: number, place: number): number;
  double(record: number, place: number): number;
}

/** Gives the memory as it is now: views end when it grows. */
export function memoryOf(memory: { readonly buffer: ArrayBuffer }): () => Memory {
  let buffer: ArrayBuffer | null = null;
  let made: Memory;
  return () => {
    if (memory.buffer === buffer) return made;
    buffer = memory.buffer;
    const [f64, f32, u32] = [new Float64Array(buffer), new Float32Array(buffer), new Uint32Array(buffer)];
    made = {
      ...{ f64, f32, u32, i32: new Int32Array(buffer), u16: new Uint16Array(buffer) },
      field: (record, place) => u32[record / 4 + 2 * place],
      single: (record, place) => f32[record / 4 + 2 * place],
      double: (record, place) => f64[record / 8 + place],
    };
    return made;
  };
}
