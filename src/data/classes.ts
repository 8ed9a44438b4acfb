/** Which classes a data set has, and which of them nobody will learn. */
import { InputError } from "../errors.ts";
import type { Dataset } from "./dataset.ts";

/** How many names stand in a note. */
const MOST_NAMED = 10;

export interface Classes {
  readonly count: number;
  /** Absent where labels are class numbers. */
  readonly names?: readonly string[];
  /** What was made of the labels, in words; nothing where they are class numbers. */
  readonly notes: readonly string[];
  /**
   * Labels as class numbers.
   * @param file  named in errors
   * @throws      InputError for a label that no training sample has
   */
  number(labels: Uint8Array, file: string): Uint8Array;
}

/**
 * The classes of a set are the labels that its training samples have, in ascending order, so that the letters 1 to 26
 * are 26 classes and no output stands for something that is never shown.
 */
export function classesOf(training: Uint8Array): Classes {
  const present = [...new Set(training)].sort((a, b) => a - b);
  const numbers = new Map(present.map((label, k) => [label, k]));
  const gapless = present.at(-1) === present.length - 1;
  const names = present.map(String);
  return {
    count: present.length,
    ...(!gapless && { names }),
    notes: gapless
      ? []
      : [`labels are ${some(names)}: ${names.length} classes in this order, and no others between`],
    number(labels, file) {
      const stray = labels.findIndex(label => !numbers.has(label));
      if (stray >= 0)
        throw new InputError(
          `${file}: label ${stray} is ${labels[stray]}; expected one that a training sample has: ${some(names)}`,
        );
      return gapless ? labels : labels.map(label => numbers.get(label)!);
    },
  };
}

/** What the loader had to say, and the classes that a part of the data has no sample of. */
export function classNotes(data: Dataset): string[] {
  const parts = { training: data.train, test: data.test };
  const missing = Object.entries(parts).flatMap(([part, { labels }]) => {
    const seen = new Set(labels);
    const names = Array.from({ length: data.classes }, (_, k) => data.classNames?.[k] ?? String(k));
    const empty = names.filter((_, k) => !seen.has(k));
    return empty.length > 0 ? [`${part} samples: none of ${counted(empty.length)}, ${some(empty)}`] : [];
  });
  return [...(data.notes ?? []), ...missing];
}

function counted(classes: number): string {
  return classes === 1 ? "one class" : `${classes} classes`;
}

/** Names in a sentence, the first ten of many. */
export function some(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return more > 1 ? `${names.slice(0, MOST_NAMED).join(", ")} and ${more} more` : names.join(", ");
}
