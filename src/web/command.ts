import { ruleRegistry } from "../rules/index.ts";
import { lanesOf, type Setting } from "./setting.ts";

/** The setting as it is typed: the same numbers from a terminal, bit for bit in spikes. */
export function commandLine(setting: Setting): string {
  const { twins, learningRate, vThreshold, encoder, hidden, seed, epochs } = setting;
  const lanes = lanesOf(setting);
  const options = lanes.flatMap(rule =>
    Object.entries(setting.options[rule] ?? {})
      .filter(([name, value]) => value !== ruleRegistry.named(rule).options?.[name].default)
      .map(([name, value]) => `${rule}.${name}=${value}`),
  );
  const flags: [string, string | number | null][] = [
    ["rules", lanes.join(",")],
    ["twins", twins.join(",")],
    ["hidden", hidden],
    ["epochs", epochs],
    ["seeds", seed],
    ["learning-rate", learningRate],
    ["v-threshold", vThreshold],
    ["encoder", encoder],
    ["rule-options", options.length > 0 ? options.join(",") : null],
    ["circuit-mode", twins.includes("circuit") ? "grid" : null],
  ];
  const given = flags.filter(([, value]) => value !== null);
  return ["threefactor compare", ...given.map(([flag, value]) => `--${flag} ${value}`)].join(" ");
}
