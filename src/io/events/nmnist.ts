import { InputError } from "../../errors.ts";
import { type CameraEvents, EventList } from "./events.ts";

/** Side of N-MNIST's sensor window. */
export const NMNIST_SIDE = 34;

/**
 * The `.bin` files of N-MNIST and N-Caltech101 (Orchard et al. 2015, Front Neurosci 9:437): five bytes per event, x, y,
 * polarity in the highest bit and 23 bits of microseconds, big-endian.
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
  const events = new EventList();
  for (let k = 0; k < bytes.length; k += 5) {
    const [x, y, high] = [bytes[k]!, bytes[k + 1]!, bytes[k + 2]!];
    if (size && !(x < size.width && y < size.height)) {
      throw new InputError(
        `${file}: event ${k / 5}: expected a pixel of ${size.width} x ${size.height}, got ${x}, ${y}`,
      );
    }
    const micros = ((high & 0x7f) << 16) | (bytes[k + 3]! << 8) | bytes[k + 4]!;
    events.push(micros / 1000, x, y, high >> 7);
  }
  return events.events(size);
}
