/**
 * Moves ascending positions apart until neighbours are at least `step` apart, with the least squared displacement,
 * inside [low, high] as long as there is room. With i * step taken off the i-th position the demand is to ascend,
 * and the answer is isotonic regression: neighbours in the wrong order share their mean.
 */
export function spreadOut(positions: readonly number[], step: number, low: number, high: number): number[] {
  const blocks: { mean: number; size: number }[] = [];
  positions.forEach((position, i) => {
    let block = { mean: position - i * step, size: 1 };
    for (let before = blocks.at(-1); before && before.mean > block.mean; before = blocks.at(-1)) {
      const size = before.size + block.size;
      block = { mean: (before.mean * before.size + block.mean * block.size) / size, size };
      blocks.pop();
    }
    blocks.push(block);
  });
  const ceiling = high - (positions.length - 1) * step;
  return blocks
    .flatMap(({ mean, size }) => new Array<number>(size).fill(Math.max(low, Math.min(mean, ceiling))))
    .map((mean, i) => mean + i * step);
}
