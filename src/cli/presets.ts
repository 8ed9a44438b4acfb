import { type Preset, presets } from "../../models/presets.ts";
import { InputError } from "../errors.ts";
import type { CompareFlags } from "./compareTable.ts";

/** Options that say the same in another way: what is typed of one leaves out the preset's of the other. */
const OTHERS: Readonly<Record<string, string>> = { model: "hidden", hidden: "model", seed: "seeds" };

/** The options with those of --preset among them, where they are not typed themselves. */
export function withPreset(flags: CompareFlags): CompareFlags {
  const preset = presetOf(flags);
  return preset ? beside(preset, flags) : flags;
}

/** A preset's options, but for what is given. */
export function beside<T>(preset: Preset, given: Readonly<Record<string, T>>): Record<string, T | string> {
  const keys = Object.keys(given);
  const left = Object.entries(preset.options).filter(([key]) => !keys.some(other => OTHERS[other] === key));
  return { ...Object.fromEntries(left), ...given };
}

/** What a reader of the run should know of its preset. */
export function presetNotes(flags: CompareFlags): string[] {
  const preset = presetOf(flags);
  if (!preset) return [];
  const { name, source, unlike } = preset;
  const typed = Object.keys(preset.options).filter(
    key => flags[key as keyof CompareFlags] !== preset.options[key],
  );
  const differs = [
    ...(unlike ? [unlike] : []),
    ...(typed.length > 0 ? [`given otherwise: ${typed.join(", ")}`] : []),
  ];
  return [`preset ${name}: ${[source, ...differs].join("; ")}`];
}

function presetOf({ preset }: CompareFlags): Preset | null {
  return preset === undefined ? null : presetNamed("--preset", preset);
}

/** @throws InputError that names the field and lists the presets */
export function presetNamed(field: string, name: string): Preset {
  const found = presets.get(name);
  if (!found)
    throw new InputError(`${field}: expected one of ${[...presets.keys()].join(", ")}, got ${name}`);
  return found;
}
