import type { Dataset } from "../../data/dataset.ts";
import { InputError } from "../../errors.ts";
import { recordSample } from "../../training/record.ts";
import { recordCircuit } from "../../training/recordCircuit.ts";
import type { Twin } from "../../training/results.ts";
import type { Answer, News, Picture, Showing, Shown } from "../messages.ts";
import { plansOf } from "../plans.ts";
import { lanesOf, type Setting } from "../setting.ts";
import { Learner } from "./learner.ts";

/** All twins of a setting in training: each as far as the others, to within its batch. */
export class Session {
  readonly setting: Setting;
  readonly learners: readonly Learner[];
  readonly total: number;
  readonly #data: Dataset;

  /** @throws InputError for a setting that no network can have */
  constructor(setting: Setting, data: Dataset) {
    this.setting = setting;
    this.#data = data;
    const plans = plansOf(setting);
    if (plans.length === 0) throw new InputError(`forms: expected one that ${setting.rule} has`);
    this.learners = plans.map(plan => new Learner(plan, data));
    this.total = setting.epochs * data.train.count;
  }

  get done(): boolean {
    return this.learners.every(({ done }) => done);
  }

  /** Samples that every twin has learned. */
  get samples(): number {
    return this.learners.reduce((least, { samples }) => Math.min(least, samples), this.total);
  }

  /** The twin that is furthest behind learns a batch. */
  advance(): void {
    let last: Learner | null = null;
    for (const learner of this.learners)
      if (!learner.done && (last === null || learner.samples < last.samples)) last = learner;
    last?.learn();
  }

  news(): Pick<News, "samples" | "total" | "done" | "learners"> {
    const { samples, total, done } = this;
    const learners = this.learners.map(({ plan: { lane, rule, twin }, samples, testAccuracy, points }) => ({
      ...{ lane, rule, twin, samples, testAccuracy, points },
    }));
    return { samples, total, done, learners };
  }

  /** First layers, those of spiking twins where there are such. */
  pictures(): Picture[] {
    return lanesOf(this.setting).flatMap((_, lane) => {
      const learner = this.#of(lane, "spike") ?? this.#of(lane, "rate") ?? this.#of(lane, "circuit");
      if (!learner) return [];
      const { columns } = learner.trainer.architecture.layers[0];
      return [{ lane, columns, weights: Float32Array.from(learner.trainer.parameters().weights[0]) }];
    });
  }

  /** What every twin says of a sample, and the spikes of one. @param circuit  those of the circuit, where there is one */
  show(sample: Shown, circuit: boolean): Omit<Showing, "request"> {
    const one = this.#oneSample(sample);
    const intensities = one.test.intensities.slice();
    const answers = lanesOf(this.setting).map((_, lane) => this.#answer(lane, one, circuit));
    return { label: typeof sample === "number" ? one.test.labels[0] : null, intensities, answers };
  }

  #answer(lane: number, one: Dataset, circuit: boolean): Answer {
    const decisions: { -readonly [twin in Twin]?: number } = {};
    let raster: Answer["raster"] = null;
    for (const { plan, trainer } of this.learners) {
      if (plan.lane !== lane) continue;
      if (plan.twin === "rate") decisions.rate = decisionOf(trainer.evaluate(one.test).confusion);
      else {
        const spiking = plan.twin === "spike";
        const record = spiking ? recordSample : recordCircuit;
        const recorded = record(plan, one, trainer.deployed());
        decisions[plan.twin] = Number(recorded.metadata.decision);
        if (raster === null || spiking !== circuit) raster = recorded;
      }
    }
    return { lane, raster, vThreshold: this.setting.vThreshold, decisions };
  }

  /** The data set with the sample as its only one to test. */
  #oneSample(sample: Shown): Dataset {
    const { inputs, test } = this.#data;
    const place = typeof sample === "number" ? sample % test.count : 0;
    const intensities =
      typeof sample === "number" ? test.intensities.subarray(place * inputs, (place + 1) * inputs) : sample;
    const labels = typeof sample === "number" ? test.labels.subarray(place, place + 1) : new Uint8Array(1);
    return { ...this.#data, test: { count: 1, intensities, labels } };
  }

  #of(lane: number, twin: string): Learner | undefined {
    return this.learners.find(({ plan }) => plan.lane === lane && plan.twin === twin);
  }

  dispose(): void {
    for (const learner of this.learners) learner.dispose();
  }
}

function decisionOf(confusion: readonly (readonly number[])[]): number {
  return confusion.find(row => row.some(n => n > 0))!.findIndex(n => n > 0);
}
