import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { summarise, summaryToCsv } from "../../src/analysis/summary.ts";
import { encodeNpy } from "../../src/io/npy.ts";
import { npzPieces } from "../../src/io/npz.ts";
import { rasterPicture } from "../../src/io/picture/rasterPicture.ts";
import { pictureToSvg } from "../../src/io/picture/svg.ts";
import { type RasterFormatName, rasterFormats, writeRaster } from "../../src/io/raster/formats.ts";
import { encodeRaster } from "../../src/io/raster/native.ts";
import { openRaster } from "../../src/io/raster/open.ts";
import { collect, streamOf } from "../../src/io/raster/stream.ts";
import { writeShdLike } from "../io/events/shdFiles.ts";
import { sampleRaster } from "../io/raster/rasters.ts";
import { bytes, type Change, either, packedSequence, packedValues, text } from "./changes.ts";
import { numpy, zipped } from "./containers.ts";
import { hdf5Values } from "./hdf5Values.ts";
import { type Kind, toBytes } from "./kind.ts";

/** All that `threefactor export` does with a recording: its numbers, its picture, and one of the other formats. */
async function use(path: string, out: string): Promise<void> {
  const raster = collect(await openRaster(path));
  summaryToCsv(summarise(raster));
  pictureToSvg(rasterPicture(streamOf(raster)));
  const formats = Object.keys(rasterFormats) as RasterFormatName[];
  const format = formats[raster.times.length % formats.length];
  await writeRaster(format === "sonata" ? { ...raster, traces: [] } : raster, format, join(out, format));
}

type Good = readonly Uint8Array[];

/** @param file  name of the file that is changed; in a folder, where the folder is what is read */
function recording(
  name: string,
  share: number,
  file: string,
  make: (folder: string) => Good | Promise<Good>,
  change: (folder: string) => Change,
): Kind {
  return {
    name,
    share,
    async start(folder) {
      const good = await make(folder);
      const path = join(folder, "read", file);
      mkdirSync(join(path, ".."), { recursive: true });
      return {
        good,
        change: change(folder),
        read(input) {
          writeFileSync(path, input);
          return use(file.includes("/") ? join(path, "..") : path, join(folder, "out"));
        },
      };
    },
  };
}

/** The sample as one of the formats that are written. */
const written =
  (format: RasterFormatName, file = "") =>
  async (folder: string): Promise<Good> => {
    const [path, raster] = [join(folder, `good.${format}`), sampleRaster()];
    const bare = format === "sonata" ? { ...raster, traces: [] } : raster;
    await writeRaster(bare, format, path, { startedAt: new Date(0) });
    return [new Uint8Array(readFileSync(join(path, file)))];
  };

const of =
  (...changes: Change[]) =>
  () =>
    either(...changes);
const hdf5 = (folder: string): Change => either(bytes, hdf5Values(folder));

/** 16-bit, 32-bit and 64-bit words, big-endian where `big`. */
function words(list: readonly (readonly [bits: 8 | 16 | 32, value: number])[], big = false): Uint8Array {
  const view = new DataView(new ArrayBuffer(list.reduce((sum, [bits]) => sum + bits / 8, 0)));
  let at = 0;
  for (const [bits, value] of list) {
    if (bits === 8) view.setUint8(at, value);
    else if (bits === 16) view.setUint16(at, value, !big);
    else view.setUint32(at, value, !big);
    at += bits / 8;
  }
  return new Uint8Array(view.buffer);
}

const many = <T>(count: number, make: (k: number) => T): T[] =>
  Array.from({ length: count }, (_, k) => make(k));

function aedat3(): Uint8Array {
  const polarity = many(5, k => [
    [32, ((k << 17) | (k << 2) | 1) >>> 0] as const,
    [32, 1000 * k] as const,
  ]).flat();
  const header = [
    ...([
      [16, 1],
      [16, 0],
    ] as const),
    ...([8, 4, 0, 5, 5, 5] as const).map(value => [32, value] as const),
  ];
  return Buffer.concat([toBytes("#!AER-DAT3.1\r\n#!END-HEADER\r\n"), words([...header, ...polarity])]);
}

function aedat2(chip: string): Uint8Array {
  const pixel = (k: number) => (chip === "DVS128" ? (k << 1) | (k << 8) : (k << 12) | (k << 22));
  const events = many(6, k => [[32, pixel(k)] as const, [32, 500 * k] as const]).flat();
  return Buffer.concat([toBytes(`#!AER-DAT2.0\r\n# AEChip: a.${chip}\r\n`), words(events, true)]);
}

function archive(arrays: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return new Uint8Array(
    Buffer.concat([...npzPieces(Object.entries(arrays).map(([name, bytes]) => [name, [bytes]] as const))]),
  );
}

const columns = {
  t: encodeNpy(Float64Array.of(1500, 2000, 2600)),
  x: encodeNpy(Uint16Array.of(3, 4, 5)),
  y: encodeNpy(Uint16Array.of(1, 2, 3)),
  p: encodeNpy(Uint8Array.of(1, 0, 1)),
};

/** Rows of t, x, y and p as NumPy keeps a structured array. */
function eventRows(): Uint8Array {
  const literal =
    "{'descr': [('t', '<u4'), ('x', '<u2'), ('y', '<u2'), ('p', '|u1')], 'fortran_order': False, 'shape': (3,), }";
  const header = toBytes(literal.padEnd(117, " ").concat("\n"));
  const rows = words(
    many(
      3,
      k =>
        [
          [32, 1000 * k],
          [16, k],
          [16, k + 1],
          [8, k % 2],
        ] as const,
    ).flat(),
  );
  const start = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0);
  return new Uint8Array(Buffer.concat([start, header, rows]));
}

export const recordings: readonly Kind[] = [
  recording("raster", 1.5, "x.msgpack", () => [encodeRaster(sampleRaster())], of(bytes, packedValues)),
  recording("raster sequence", 1.5, "x.msgpack", written("msgpack"), of(bytes, packedSequence)),
  recording("raster npz", 1.5, "x.npz", written("npz"), of(bytes, zipped, zipped)),
  recording("raster csv", 1.5, "x.csv", written("csv"), of(bytes, text, text)),
  recording("raster nwb", 0.15, "x.nwb", written("nwb"), hdf5),
  recording("raster nirdata", 0.15, "x.h5", written("nirdata"), hdf5),
  recording("raster sonata", 0.15, "folder/spikes.h5", written("sonata", "spikes.h5"), hdf5),
  recording("raster sonata file", 0.1, "spikes.h5", written("sonata", "spikes.h5"), hdf5),
  recording(
    "events nmnist",
    1,
    "x.bin",
    () => [
      words(
        many(
          20,
          k =>
            [
              [8, k],
              [8, 2 * k],
              [8, 0x80 * (k % 2)],
              [8, k],
              [8, 0],
            ] as const,
        ).flat(),
      ),
    ],
    of(bytes),
  ),
  recording(
    "events aedat 2.0",
    1,
    "x.aedat",
    () => [aedat2("DVS128"), aedat2("DAVIS240C")],
    of(bytes, bytes, text),
  ),
  recording("events aedat 3.1", 1, "x.aedat", () => [aedat3()], of(bytes)),
  recording(
    "events npz",
    1,
    "x.npz",
    () => [archive(columns), archive({ events: eventRows() })],
    of(bytes, zipped, zipped),
  ),
  recording("events npy", 1, "x.npy", () => [eventRows()], of(bytes, numpy, numpy)),
  recording(
    "events csv",
    1,
    "x.csv",
    () => ["t,x,y,p\n1500,3,4,-1\n2000,5,6,1\n", "x,y,p,t_ms\n3,4,0,1.5\n5,6,1,2.5\n"].map(toBytes),
    of(bytes, text, text),
  ),
  recording(
    "events text",
    1,
    "x.txt",
    () => ["240 180\n0.001 3 4 1\n0.002 5 6 0\n", "# t x y p\n1500 3 4 1\n2000 5 6 0\n"].map(toBytes),
    of(bytes, text, text),
  ),
  recording(
    "events shd",
    0.1,
    "x.h5",
    folder =>
      (["f16", "f32"] as const).map(kind => {
        writeShdLike(join(folder, "shd"), kind);
        return new Uint8Array(readFileSync(join(folder, "shd")));
      }),
    of(bytes),
  ),
];
