import { InputError } from "../../../errors.ts";

/** How a kernel lies in one direction: `before` places over the near edge, with `out` steps to the far one. */
export interface Span {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly out: number;
}

/** Which places of one direction the kernel takes to which: of input y, tap[k] to at[k] for k from start[y] on. */
export interface Taps {
  /** Size of the target. */
  readonly out: number;
  readonly start: Uint32Array;
  readonly tap: Uint32Array;
  /** Ascending for each input. */
  readonly at: Uint32Array;
}

/** @throws InputError for a kernel that does not fit */
export function spanOf(
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: "valid" | "same" | number,
): Span {
  const reach = (kernel - 1) * dilation + 1;
  const same = Math.ceil(size / stride);
  const before =
    padding === "valid"
      ? 0
      : padding === "same"
        ? Math.floor(Math.max(0, (same - 1) * stride + reach - size) / 2)
        : padding;
  const out = padding === "same" ? same : Math.floor((size + 2 * before - reach) / stride) + 1;
  if (out < 1) {
    throw new InputError(`kernel: expected one that fits into ${size + 2 * before} places, got ${reach}`);
  }
  return { size, kernel, stride, dilation, before, out };
}

/**
 * Output o sees input o * stride + tap * dilation - before, where that is one.
 * @param pool  side of windows, each of which connects as one place
 * @param whole size of the source, in windows or not
 */
export function taps({ kernel, stride, dilation, before, out }: Span, whole: number, pool = 1): Taps {
  const [start, tap, at] = [new Uint32Array(whole + 1), [] as number[], [] as number[]];
  const size = Math.floor(whole / pool);
  for (let n = 0; n < whole; n++) {
    const y = Math.floor(n / pool);
    // From the far end of the kernel on, so that targets ascend; no farther than where the first and last output are.
    const far = Math.min(kernel - 1, Math.floor((y + before) / dilation));
    const near = Math.max(0, Math.ceil((y + before - (out - 1) * stride) / dilation));
    for (let k = far; k >= near && y < size; k--) {
      const o = (y + before - k * dilation) / stride;
      if (!Number.isInteger(o)) continue;
      tap.push(k);
      at.push(o);
    }
    start[n + 1] = tap.length;
  }
  return { out, start, tap: Uint32Array.from(tap), at: Uint32Array.from(at) };
}
