/** Spikes of one window, in the order in which they were found. */
export class HeardSpikes {
  count = 0;
  readonly #places: readonly number[];
  #times = new Float64Array(256);
  /** [count, 2]: population and neuron. */
  #who = new Uint32Array(512);

  /** @param places  of populations among those whose neurons fire at one instant */
  constructor(places: readonly number[]) {
    this.#places = places;
  }

  hear(t: number, population: number, neuron: number): void {
    if (this.count === this.#times.length) {
      const [times, who] = [new Float64Array(2 * this.count), new Uint32Array(4 * this.count)];
      times.set(this.#times);
      who.set(this.#who);
      [this.#times, this.#who] = [times, who];
    }
    this.#times[this.count] = t;
    this.#who[2 * this.count] = population;
    this.#who[2 * this.count++ + 1] = neuron;
  }

  /** Tells of all, in order of time, then of populations, then of neurons, and forgets them. */
  tell(to: (t: number, population: number, neuron: number) => void): void {
    const [times, who, places, count] = [this.#times, this.#who, this.#places, this.count];
    this.count = 0;
    const order = Uint32Array.from({ length: count }, (_, k) => k);
    if (count > 1)
      order.sort(
        (a, b) =>
          times[a] - times[b] || places[who[2 * a]] - places[who[2 * b]] || who[2 * a + 1] - who[2 * b + 1],
      );
    for (const k of order) to(times[k], who[2 * k], who[2 * k + 1]);
  }
}
