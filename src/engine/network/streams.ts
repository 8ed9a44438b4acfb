/** Where one item of a list draws its random numbers, and its place in an order that the list's own does not matter to. */
export interface Named {
  /** Name of its stream of random numbers. */
  readonly stream: string;
  readonly rank: number;
}

/**
 * Gives the items of a list streams and an order that follow from what they are, not from where they stand: writing the
 * list in another order changes no draw, and no order of events at one instant. A stream is the item's names; among
 * items of the same names, they are numbered by their content (of functions, the source), and by place only where that
 * is the same too. Such twins, and an item that should keep its stream when another of its names is added, need a name.
 * @param namesOf  what tells an item from others, its own name last
 * @returns one for each item, in the order of the list
 */
export function named<T extends { readonly name?: string }>(
  items: readonly T[],
  namesOf: (item: T) => readonly string[],
): Named[] {
  const keyed = items.map((item, place) => ({
    item,
    place,
    key: JSON.stringify([...namesOf(item), item.name ?? ""]),
  }));
  keyed.sort((a, b) => compare(a.key, b.key) || compare(a.item, b.item) || a.place - b.place);
  const out: Named[] = [];
  let twin = 0;
  keyed.forEach(({ key, place }, rank) => {
    twin = rank > 0 && keyed[rank - 1].key === key ? twin + 1 : 0;
    out[place] = { stream: twin === 0 ? key : `${key} ${twin}`, rank };
  });
  return out;
}

/** Any order of descriptions, as long as it is one: by kind, by content, to the last number. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number" && a !== b) return a - b || 0;
  if (!isObject(a) || !isObject(b)) {
    const [x, y] = [`${typeof a} ${String(a)}`, `${typeof b} ${String(b)}`];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  const keys = Object.keys(a).length - Object.keys(b).length;
  if (keys !== 0) return keys;
  if (isList(a) && isList(b)) {
    for (let k = 0; k < a.length; k++) {
      const by = compare(a[k], b[k]);
      if (by !== 0) return by;
    }
    return 0;
  }
  const [left, right] = [Object.keys(a).sort(), Object.keys(b).sort()];
  for (let k = 0; k < left.length; k++) {
    const by = compare(left[k], right[k]) || compare(a[left[k]], b[right[k]]);
    if (by !== 0) return by;
  }
  return 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isList(value: object): value is ArrayLike<unknown> & object {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}
