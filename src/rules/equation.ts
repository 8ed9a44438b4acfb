/** A rule told in a few lines: its equation as the paper has it, and which three factors change a hidden synapse. */
export interface Told {
  /** Unicode, one equation a line, in the letters of `notation` and at most 67 characters wide. */
  readonly equation: string;
  readonly factors: Factors;
}

/** What a hidden synapse's change is the product of, Δw = -η · pre · post · modulator, each in a line. */
export interface Factors {
  /** The presynaptic term, of the spikes that reach the synapse. */
  readonly pre: string;
  /** The postsynaptic term, of the neuron's own activity. */
  readonly post: string;
  /** The third factor, which is neither's own. */
  readonly modulator: string;
}

/** The letters of all equations, for a rule whose activities may be bounded. */
export function notation(saturation = Number.POSITIVE_INFINITY): readonly string[] {
  const f = saturation < Number.POSITIVE_INFINITY ? `rectified, at most ${saturation}` : "rectified";
  return [
    "hₗ = f(aₗ), aₗ = Wₗ hₗ₋₁ + bₗ, h₀ = x: activities;",
    `f: ${f}; η: learning rate; ⊙: element by element;`,
    "e = p − y: softmax outputs less the label, δ of the readout",
  ];
}

/** Shared by the rules that send an error, or what stands for it, to each neuron. */
export const DESCENT = "ΔWₗ = −η δₗ hₗ₋₁ᵀ";
export const FROM_BELOW = {
  pre: "hₗ₋₁: activity of the layer below; in spikes a presynaptic trace",
  post: "f′(aₗ): a gate, open where the neuron is active",
} as const;

/** Of controls whose hidden synapses stay. */
export const UNCHANGED: Factors = { pre: "none", post: "none", modulator: "none" };

/** Of rules that show a sample again with its error in the input: activities of the second presentation bear an ᵉ. */
export const SECOND = "xᵉ = x + F e: the sample once more, with its error; hᵉ: activities";

/** @returns what is wrong with a definition's words, as `field: expected ..., got ...`; null for nothing */
export function faultOfTold({ factors }: Partial<Told>): string | null {
  if (factors === undefined) return null;
  for (const name of ["pre", "post", "modulator"] as const)
    if (typeof factors[name] !== "string")
      return `factors.${name}: expected a string, got ${typeof factors[name]}`;
  return null;
}
