import { afterAll, expect, test } from "vitest";
import { Campaign } from "../fuzz/campaign.ts";
import { sized } from "../long.ts";

/*
 * Inputs made from good ones by changes of their bytes, words and values are each read, or refused with one line, within
 * bounds of time and memory. `npm test` makes some of each kind, `npm run test:long` 2,500;
 * `FUZZ=all npx vitest run test/io/fuzz.test.ts` makes 300,000, `FUZZ=5000` so many, and prints the counts of
 * src/io/README.md; either goes on where it was interrupted.
 * FUZZ_SEED draws others. A failure says how to have its input again, which is kept in dist/fuzz/.
 */
const { FUZZ, FUZZ_SEED = "13", FUZZ_ONE } = process.env;
const seed = Number(FUZZ_SEED);
const campaign = new Campaign(seed, FUZZ ?? null);
const kinds = await campaign.kinds();

/** Of each kind in `npm test`. */
const SOME = 8;
const total = FUZZ === "all" ? 300_000 : Number(FUZZ ?? sized(SOME * kinds.length, 2_500));
const [one, index] = FUZZ_ONE?.split(/:(?=\d+$)/) ?? [];

/** From which input to which, of each kind. */
function numbers(): [name: string, from: number, to: number][] {
  if (one !== undefined) return [[one, Number(index), Number(index) + 1]];
  if (total === SOME * kinds.length) return kinds.map(({ name }) => [name, 0, SOME]);
  const shares = kinds.reduce((sum, { share }) => sum + share, 0);
  let [before, made] = [0, 0];
  return kinds.map(({ name, share }) => {
    before += share;
    // Rounded so that they sum up.
    const upTo = Math.round((total * before) / shares);
    const count = upTo - made;
    made = upTo;
    return [name, 0, count];
  });
}

const rows: string[] = [];
afterAll(async () => {
  await campaign.close();
  if (FUZZ !== undefined) {
    console.log(
      [
        `seed ${seed}`,
        "",
        "reader | inputs | read | refused | slowest [s] | most memory [MiB]",
        ...rows,
      ].join("\n"),
    );
  }
});

test.each(numbers())(
  "%s: whatever is handed over is read or refused",
  async (name, from, to) => {
    const { read, refused, slowest, largest, failures } = await campaign.run(name, from, to);
    rows.push([name, to - from, read, refused, slowest.toFixed(1), Math.round(largest)].join(" | "));
    expect(failures.map(({ why }) => why)).toEqual([]);
  },
  86_400_000,
);
