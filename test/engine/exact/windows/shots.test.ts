import { expect, test } from "vitest";
import { Shots } from "../../../../src/engine/exact/windows/shots.ts";
import { instant } from "../../../../src/engine/instant.ts";
import { Arena } from "../../../../src/engine/kernels/arena.ts";
import * as layout from "../../../../src/engine/kernels/layout.ts";
import { NeuronStreams } from "../../../../src/engine/network/stimuli/neuronStreams.ts";

const [neurons, blocks] = [5000, 30];
const [wait, start, stop] = [0.05, 3, 14];

test("times drawn together are those of each neuron's stream, bit by bit, up to the end", () => {
  const streams = new NeuronStreams(7, "stimuli[0]", neurons);
  const arena = new Arena();
  const { record } = new Shots(arena, neurons, { wait, start, stop, key: streams.key }, 0.1, -2, 0);
  const places = arena.view(Uint32Array, record, 2 * layout.SHOTS_SIZE);
  const times = arena.view(Float64Array, places[2 * layout.SHOTS_TIMES], 8 * neurons);
  const lasts = arena.view(Float64Array, places[2 * layout.SHOTS_LASTS], neurons);
  const all = places[2 * layout.SHOTS_DUE];
  const next = new Float64Array(neurons).fill(start);
  let [apart, ended] = [0, 0];
  for (let block = 0; block < blocks; block++) {
    if (block > 0) arena.kernels.drawShots(record, all, neurons);
    for (let i = 0; i < neurons; i++) {
      for (let k = 8 * i; k < 8 * i + 8; k++) {
        next[i] += streams.exponential(i) * wait;
        const t = instant(next[i]);
        if (t >= stop) ended++;
        if (times[k] !== (t < stop ? t : Infinity)) apart++;
      }
      if (lasts[i] !== times[8 * i + 7]) apart++;
    }
  }
  expect(apart).toBe(0);
  expect(ended).toBeGreaterThan(0.01 * neurons * blocks);
});
