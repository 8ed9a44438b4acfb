import type { Raster } from "../engine/record/raster.ts";
import { InputError, parseJson, shown } from "../errors.ts";

type Metadata = Raster["metadata"];

/**
 * Metadata as JSON text, for formats without a place for typed facts. JSON has no infinity, which an integrator without
 * a leak has for its time constant: such numbers become `{ "number": "Infinity" }`.
 */
export function metadataToJson(metadata: Metadata): string {
  return JSON.stringify(metadata, (_, value) =>
    typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
      ? { number: Object.is(value, -0) ? "-0" : String(value) }
      : value,
  );
}

/** @throws InputError when the text is no such map. @param where  file and field, for the message */
export function metadataFromJson(text: string, where: string): Metadata {
  const map = parseJson(text, where);
  if (map === null || typeof map !== "object" || Array.isArray(map)) {
    throw new InputError(`${where}: expected a JSON map, got ${shown(text)}`);
  }
  return metadataFromMap(map as Record<string, unknown>);
}

/** The same of a map that is parsed already. */
export function metadataFromMap(map: Record<string, unknown>): Metadata {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => {
      const special = (value as { number?: unknown } | null)?.number;
      return [key, typeof special === "string" ? Number(special) : value];
    }),
  ) as Metadata;
}
