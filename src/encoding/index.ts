import type { PresentedInput } from "../engine/exact/presentation.ts";
import { InputError, shown } from "../errors.ts";
import { expectMethods, OWN, Registry } from "../registry.ts";
import { current, DIRECT_CURRENT } from "./current.ts";
import type { Encoder, EncoderDefinition, EncoderSettings } from "./encoder.ts";
import { latency } from "./latency.ts";
import { poisson } from "./poisson.ts";
import { rate } from "./rate.ts";
import { recording } from "./recording.ts";

const own = [
  { name: "current", create: current, belowZero: true, direct: true, shows: () => DIRECT_CURRENT },
  { name: "rate", create: rate, shows: ({ maxSpikes }) => `rate code, up to ${maxSpikes} spikes per input` },
  {
    name: "poisson",
    create: poisson,
    shows: ({ maxSpikes }) => `Poisson code, up to ${maxSpikes} spikes per input on average`,
  },
  { name: "latency", create: latency, withoutLeak: true, shows: () => "latency code, one spike per input" },
  {
    name: "recording",
    create: recording,
    recorded: true,
    shows: ({ durationMs }) => `recordings with their times, ${durationMs} ms`,
  },
] as const satisfies readonly EncoderDefinition[];

/** One of the package's, or one that was defined. */
export type EncoderName = (typeof own)[number]["name"] | (string & {});

export const encoderRegistry = new Registry<EncoderDefinition>(
  "encoder",
  {
    ...{
      create: "function",
      withoutLeak: "boolean?",
      belowZero: "boolean?",
      direct: "boolean?",
      recorded: "boolean?",
    },
    shows: "function?",
  },
  own,
);

/** Every encoder, and then those that were defined. The command line reads this list. */
export const encoders: readonly EncoderDefinition[] = encoderRegistry.list;

/**
 * Adds an encoder, which settings and the command line then know by its name. What it encodes is checked every time.
 * @throws InputError when the definition lacks something, or its name is taken
 */
export function defineEncoder(definition: EncoderDefinition): EncoderDefinition {
  return encoderRegistry.add(definition);
}

/** @throws InputError that lists the names */
export function encoderNamed(name: string): EncoderDefinition {
  return encoderRegistry.named(name);
}

/** @throws InputError that lists the names, or when what was defined encodes what no input can be */
export function encoderOf(name: string, settings: EncoderSettings): Encoder {
  const made = encoderNamed(name).create(settings);
  return encoderRegistry.sourceOf(name) === OWN ? made : checked(made, name, settings);
}

/** The engine takes what the package's encoders make as it is; what others make could lead out of its memory. */
function checked(made: Encoder, name: string, { inputs, durationMs }: EncoderSettings): Encoder {
  expectMethods(made, `encoder ${name}: create`, ["encode"]);
  return {
    encode(intensities, key, into, sample) {
      into.spikes.clear();
      into.analogue = null as PresentedInput["analogue"];
      made.encode(intensities, key, into, sample);
      const fail = (what: string, expected: string, got: unknown) =>
        new InputError(`encoder ${name}: ${what}: expected ${expected}, got ${got}`);
      const { gain, analogue, spikes } = into;
      if (!(gain > 0 && gain < Infinity)) throw fail("gain", "a number above 0", gain);
      if (analogue && !(analogue.length === inputs && analogue.every(Number.isFinite)))
        throw fail("analogue", `${inputs} finite numbers`, shown(analogue));
      for (let k = 0; k < spikes.length; k++) {
        const [t, neuron] = [spikes.times[k], spikes.neurons[k]];
        if (!(t >= 0 && t <= durationMs)) throw fail(`spike ${k}`, `a time from 0 to ${durationMs} ms`, t);
        if (!(neuron >= 0 && neuron < inputs)) throw fail(`spike ${k}`, `an input below ${inputs}`, neuron);
      }
      spikes.sort(durationMs);
    },
  };
}
