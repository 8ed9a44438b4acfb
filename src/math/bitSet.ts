/** A bit for each sample, the first the lowest of the first byte, as hexadecimal text. */
export function bitText(bits: readonly boolean[]): string {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  for (let k = 0; k < bits.length; k++) if (bits[k]) bytes[k >> 3] |= 1 << (k & 7);
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
}

/** Samples that are set in the first of two such texts alone, and in the second alone. */
export function onlyIn(a: string, b: string): readonly [number, number] {
  const counts: [number, number] = [0, 0];
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [Number.parseInt(a[k], 16), Number.parseInt(b[k], 16)];
    counts[0] += ones(x & ~y);
    counts[1] += ones(y & ~x);
  }
  return counts;
}

function ones(nibble: number): number {
  return (nibble & 1) + ((nibble >> 1) & 1) + ((nibble >> 2) & 1) + ((nibble >> 3) & 1);
}
