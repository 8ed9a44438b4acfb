import { InputError } from "../../errors.ts";
import { attribute, type Group, has } from "./hdf5.ts";

export type Hdf5Kind = "nwb" | "nirdata" | "nir" | "sonata" | "shd";

/** Which format an HDF5 file has, by what is in it. @throws InputError when it is none that is read here */
export function hdf5Kind(root: Group, path: string): Hdf5Kind {
  if (attribute(root, "nwb_version") !== undefined || has(root, "units")) return "nwb";
  if (attribute(root, "__type__") !== undefined) return "nirdata";
  if (has(root, "node/type")) return "nir";
  if (has(root, "spikes/units") && has(root, "labels")) return "shd";
  if (has(root, "spikes")) return "sonata";
  throw new InputError(
    `${path}: expected an HDF5 file of NWB, SONATA spikes, NIR, NIRData or SHD, got ${root.keys().join(", ") || "an empty one"}`,
  );
}
