import { InputError } from "../../errors.ts";
import { Clock } from "./clock.ts";
import { type CameraEvents, EventList } from "./events.ts";

/** Side of N-MNIST's sensor window. */
export const NMNIST_SIDE = 34;
/** Rows of the ATIS sensor; an event of the row below them is the mark of a clock that ran over. */
const ATIS_ROWS = 240;
/** [us] What such a mark adds to the times after it. */
const RAN_OVER = 2 ** 13;

/**
 * The `.bin` files of N-MNIST and N-Caltech101 (Orchard et al. 2015, Front Neurosci 9:437): five bytes per event, x, y,
 * polarity in the highest bit and 23 bits of microseconds, big-endian. An event with y = 240 is none: it says that
 * later times are 2^13 us later, as the authors' own reader takes it.
 * @param size  of the sensor; without one, as small as the events allow
 * @throws InputError when the bytes are no whole events, or an event lies outside the sensor
 */
export function decodeNmnist(
  bytes: Uint8Array,
  file: string,
  size?: { width: number; height: number },
): CameraEvents {
  if (bytes.length % 5 !== 0)
    throw new InputError(`${file}: expected events of 5 bytes, got ${bytes.length} bytes`);
  const { width, height } = size ?? { width: 256, height: ATIS_ROWS };
  const events = new EventList();
  const clock = new Clock(23);
  let marked = 0;
  for (let k = 0; k < bytes.length; k += 5) {
    const [x, y, high] = [bytes[k], bytes[k + 1], bytes[k + 2]];
    if (y === ATIS_ROWS) {
      marked += RAN_OVER;
      continue;
    }
    if (!(x < width && y < height)) {
      throw new InputError(
        `${file}: event ${k / 5}: expected a pixel of ${width} x ${height}, got ${x}, ${y}`,
      );
    }
    const micros = ((high & 0x7f) << 16) | (bytes[k + 3] << 8) | bytes[k + 4];
    events.push((marked + clock.at(micros)) / 1000, x, y, high >> 7);
  }
  return events.events(size);
}
