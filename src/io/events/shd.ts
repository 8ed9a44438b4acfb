import { InputError } from "../../errors.ts";
import { type Group, numbersAt } from "../hdf5/hdf5.ts";
import { type RowRange, raggedAt } from "../hdf5/ragged.ts";
import { readHdf5 } from "../hdf5/thread.ts";

/** Channels of the artificial cochlea that made the recordings. */
export const SHD_CHANNELS = 700;

/** Spoken words as spikes of the channels of a cochlea. */
export interface SpokenWords {
  /** Per word, [spikes] in ms. */
  readonly times: readonly Float64Array[];
  /** Per word, [spikes] channel of each. */
  readonly channels: readonly Uint16Array[];
  /** Per word, its class. */
  readonly labels: Uint16Array;
  /** Words in the whole file. */
  readonly count: number;
}

/**
 * Words of the Spiking Heidelberg Digits or Spiking Speech Commands (Cramer et al. 2022, IEEE TNNLS 33:2744): HDF5 with
 * `spikes/times` in seconds (of 16, 32 or 64 bits), `spikes/units` and `labels`.
 * @param range  which words, from 0; a large file is read in pieces
 * @throws InputError when it is no such file
 */
export function readShd(path: string, range: RowRange = [0, Infinity]): Promise<SpokenWords> {
  return readHdf5(spokenWords, path, range);
}

/** The same of an open file. */
export function spokenWords(root: Group, path: string, range: RowRange): SpokenWords {
  const all = numbersAt(root, "labels", path);
  const labels = Uint16Array.from(all.slice(...range));
  const times = raggedAt(root, "spikes/times", path, range);
  const units = raggedAt(root, "spikes/units", path, range);
  if (units.length !== times.length || labels.length !== times.length) {
    throw new InputError(
      `${path}: expected as many units and labels as times (${times.length}), got ${units.length} and ${labels.length}`,
    );
  }
  const channels = units.map((list, k) => {
    const bad = list.findIndex(c => !(Number.isInteger(c) && c >= 0 && c < SHD_CHANNELS));
    if (bad >= 0 || list.length !== times[k].length) {
      throw new InputError(
        `${path}: word ${range[0] + k}: expected ${times[k].length} channels below ${SHD_CHANNELS}, got ${bad >= 0 ? list[bad] : list.length}`,
      );
    }
    return Uint16Array.from(list);
  });
  return { times: times.map(list => list.map(t => t * 1000)), channels, labels, count: all.length };
}
