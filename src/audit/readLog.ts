import type { Presentation } from "../engine/exact/presentation.ts";

/** One thing that a rule read or did while it learned a sample. Populations p: 0 is the input. */
export type Read =
  | { readonly kind: "weights"; readonly l: number }
  | { readonly kind: "activity"; readonly p: number; readonly pass: number }
  | { readonly kind: "output"; readonly pass: number }
  | { readonly kind: "label" }
  /** `altered`: with something else at the input than the sample itself. */
  | { readonly kind: "presented"; readonly pass: number; readonly altered: boolean };

export interface Descent {
  readonly l: number;
  /** Number of reads before it. */
  readonly at: number;
  readonly post: Float64Array;
}

/** The log of a watched network. */
export class ReadLog {
  readonly reads: Read[] = [];
  readonly descents: Descent[] = [];
  recording = false;
  /** What stands at the input. */
  sample: unknown = null;
  pass = 0;
  /** Weights are handed out with other magnitudes and the same signs. */
  readonly substitute: boolean;
  readonly #passes = new WeakMap<object, number>();
  readonly #ofLayer: number[];
  #wholes = 0;
  #lastLayer = Infinity;

  constructor(depth: number, substitute: boolean) {
    this.substitute = substitute;
    this.#ofLayer = new Array<number>(depth).fill(0);
  }

  /** Presentations of the network: whole ones, and as many as the layer that was presented alone most often. */
  get presentations(): number {
    return this.#wholes + Math.max(...this.#ofLayer);
  }

  read(read: Read): void {
    if (this.recording) this.reads.push(read);
  }

  descend(l: number, post: Float64Array): void {
    this.descents.push({ l, at: this.reads.length, post });
  }

  /** The whole network is presented. @param into  what will be read of it */
  presentedWhole(into: object, altered: boolean): void {
    this.#wholes++;
    this.#lastLayer = Infinity;
    this.#begin(into, altered);
  }

  /** One layer is presented alone; from the lowest upward this is one presentation. */
  presentedLayer(l: number, into: object, altered: boolean): void {
    this.#ofLayer[l]++;
    if (l <= this.#lastLayer) this.#begin(into, altered);
    else this.#passes.set(into, this.pass);
    this.#lastLayer = l;
  }

  passOf(presentation: object): number {
    return this.#passes.get(presentation) ?? this.pass;
  }

  /** Presynaptic eligibility of layer l's synapses. */
  readSource(l: number, from: Presentation): void {
    if (this.#passes.has(from)) this.read({ kind: "activity", p: l, pass: this.passOf(from) });
  }

  #begin(into: object, altered: boolean): void {
    this.#passes.set(into, ++this.pass);
    this.read({ kind: "presented", pass: this.pass, altered });
  }
}
