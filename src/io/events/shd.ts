import { InputError } from "../../errors.ts";
import { numbersAt, raggedAt, readHdf5 } from "../hdf5.ts";

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
}

/**
 * The Spiking Heidelberg Digits and Spiking Speech Commands (Cramer et al. 2022, IEEE TNNLS 33:2744): HDF5 with
 * `spikes/times` in seconds (of 16, 32 or 64 bits), `spikes/units` and `labels`.
 * @throws InputError when it is no such file
 */
export function readShd(path: string): Promise<SpokenWords> {
  return readHdf5(path, root => {
    const times = raggedAt(root, "spikes/times", path);
    const units = raggedAt(root, "spikes/units", path);
    const labels = numbersAt(root, "labels", path);
    if (units.length !== times.length || labels.length !== times.length) {
      throw new InputError(
        `${path}: expected as many units and labels as times (${times.length}), got ${units.length} and ${labels.length}`,
      );
    }
    const channels = units.map((list, word) => {
      const bad = list.findIndex(c => !(Number.isInteger(c) && c >= 0 && c < SHD_CHANNELS));
      if (bad >= 0 || list.length !== times[word]!.length) {
        throw new InputError(
          `${path}: word ${word}: expected ${times[word]!.length} channels below ${SHD_CHANNELS}, got ${bad >= 0 ? list[bad] : list.length}`,
        );
      }
      return Uint16Array.from(list);
    });
    return { times: times.map(list => list.map(t => t * 1000)), channels, labels: Uint16Array.from(labels) };
  });
}
