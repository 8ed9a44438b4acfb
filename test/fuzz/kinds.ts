import { datasets } from "./datasets.ts";
import { descriptions } from "./descriptions.ts";
import type { Kind } from "./kind.ts";
import { networks } from "./networks.ts";
import { recordings } from "./recordings.ts";
import { runs } from "./runs.ts";

/** Everything that reads what comes from outside. A new reader is a line in one of these files. */
export const kinds: readonly Kind[] = [...recordings, ...networks, ...datasets, ...descriptions, ...runs];
