// @ts-check
// One definition of each kind, as a user of the package writes them; see `../extension.test.ts`.
import {
  defineDataset,
  defineEncoder,
  defineNeuron,
  definePlasticity,
  defineRule,
  directFeedback,
  encoderOf,
  gated,
  matMulTransposed,
  multiply,
  outputError,
  Rng,
  tf,
  time,
} from "threefactor";

/** DFA with feedback to hidden neurons of one sign only. */
export const rule = defineRule({
  name: "positive-dfa",
  title: "DFA (positive)",
  source: "this test",
  presentations: 1,
  synapseKnows: "output error through positive random weights",
  create({ sizes }, rng) {
    const B = directFeedback(sizes, rng).map(part => part.map(Math.abs));
    const [classes, depth] = [sizes[sizes.length - 1], sizes.length - 1];
    return {
      rate: net => ({
        learn({ x, y }, descend) {
          const { h, logits, probabilities } = net.forward(x);
          const e = tf.sub(probabilities, y);
          for (let l = 0; l < depth - 1; l++) {
            const feedback = tf.tensor2d(B[l + 1], [sizes[l + 1], classes]);
            descend(l, tf.mul(matMulTransposed(e, feedback), net.gate(h[l + 1])), h[l]);
          }
          descend(depth - 1, e, h[depth - 1]);
          return logits;
        },
      }),
      spiking(net) {
        const now = net.presentation();
        const post = sizes.map(n => new Float64Array(n));
        return {
          learn({ label }, descend) {
            net.present(now);
            const e = outputError(now.logits, label, post[depth]);
            for (let l = 0; l < depth - 1; l++)
              descend(l, gated(multiply(B[l + 1], e, post[l + 1]), now, l + 1), now);
            descend(depth - 1, e, now);
            return now;
          },
        };
      },
    };
  },
});

/** Fires when enough inputs have come, whatever their weight; forgets what came earlier than `window`. */
export const neuron = defineNeuron({
  name: "counter",
  parameters: {
    every: { unit: "1", default: 3, check: n => n >= 1 || "a count of 1 or more", doc: "inputs per spike" },
    window: { ...time, default: 10 },
  },
  create({ every, window }, size) {
    const [count, last] = [new Float64Array(size), new Float64Array(size).fill(-Infinity)];
    const at = (/** @type {number} */ i, /** @type {number} */ t) => (t - last[i] > window ? 0 : count[i]);
    return {
      receive(i, t) {
        count[i] = at(i, t) + 1;
        last[i] = t;
      },
      fire(i) {
        if (count[i] < every) return 0;
        count[i] = 0;
        return 1;
      },
      nextSpike: () => Infinity,
      settleCrossing() {},
      setCurrent() {},
      potential: at,
    };
  },
});

/** A synapse loses a share of its weight at each presynaptic spike. */
export const plasticity = definePlasticity({
  name: "tiring",
  parameters: { share: { unit: "1", check: s => (s >= 0 && s < 1) || "a share from 0 to 1" } },
  create: ({ share }) => ({
    dendritic: false,
    check() {},
    create: ({ weights }) => ({
      atPre(synapse) {
        weights[synapse] *= 1 - share;
      },
    }),
  }),
});

/** The rate code with half of the spikes; where it is asked to, it ends its process when the third epoch begins. */
export const encoder = defineEncoder({
  name: "sparse",
  create(settings) {
    const code = encoderOf("rate", { ...settings, maxSpikes: settings.maxSpikes / 2 });
    return {
      encode(intensities, key, into) {
        if (process.env.STOP_AT !== undefined && key.startsWith(process.env.STOP_AT))
          process.kill(process.pid, "SIGKILL");
        code.encode(intensities, key, into);
      },
    };
  },
});

/** Noisy bars at one of three heights. */
export const data = defineDataset({
  name: "bars",
  load() {
    const rng = new Rng(1, "bars");
    const draw = (/** @type {number} */ count) => {
      const labels = Array.from({ length: count }, (_, n) => n % 3);
      const samples = labels.map(label =>
        Array.from({ length: 9 }, (_, i) => 0.3 * rng.uniform() + (Math.floor(i / 3) === label ? 0.6 : 0)),
      );
      return { samples, labels };
    };
    return { train: draw(60), validation: draw(9), test: draw(30), shape: [3, 3] };
  },
});
