/* md
# A learning rule of your own

Direct feedback alignment sends the output's error to hidden neurons through random weights of both signs. What if a feedback
neuron could only excite, as most neurons that project far do? We write that rule in both forms, train it beside DFA and the
control, and look at what its synapses were seen to know.
*/
import {
  defineRule,
  directFeedback,
  gated,
  loadDataset,
  matMulTransposed,
  multiply,
  outputError,
  selectBackend,
  tf,
  train,
} from "threefactor";

/* md
## What a rule is

Every rule here changes a weight by a product, w −= η · pre · post, and says who makes `post`. It owns no learning rate and no
loop over synapses: it calls `descend(l, post, pre)` for each layer `l`. `create` draws the feedback once, for both forms.

- The rate form gets a batch as matrices, and works with `tf`.
- The spiking form presents the sample that waits at the network's input. What the presentation has left, spikes filtered and
  gates, it hands over as the presynaptic side.

The readout learns by its own error. A hidden neuron gets what its feedback weights make of that error, where its gate is open.
*/
const excited = defineRule({
  name: "excited-dfa",
  title: "DFA with excitatory feedback",
  source: "this tutorial",
  presentations: 1,
  synapseKnows: "output error through positive random weights",
  equation: "δₗ = (|Bₗ| e) ⊙ f′(aₗ)\nΔWₗ = −η δₗ hₗ₋₁ᵀ",
  factors: {
    pre: "hₗ₋₁: activity of the layer below",
    post: "f′(aₗ): a gate, open where the neuron is active",
    modulator: "|Bₗ| e: output error through positive random weights",
  },
  create({ sizes }, rng) {
    const B = directFeedback(sizes, rng).map(part => part.map(Math.abs));
    const [classes, readout] = [sizes[sizes.length - 1], sizes.length - 2];
    return {
      rate: net => ({
        learn({ x, y }, descend) {
          const { h, logits, probabilities } = net.forward(x);
          const e = tf.sub(probabilities, y);
          for (let l = 0; l < readout; l++) {
            const feedback = tf.tensor2d(B[l + 1], [sizes[l + 1], classes]);
            descend(
              l,
              tf.mul(matMulTransposed(e, feedback), net.gate(h[l + 1])),
              h[l],
            );
          }
          descend(readout, e, h[readout]);
          return logits;
        },
      }),
      spiking(net) {
        const now = net.presentation();
        const post = sizes.map(n => new Float64Array(n));
        return {
          learn({ label }, descend) {
            net.present(now);
            const e = outputError(now.logits, label, post[readout + 1]);
            for (let l = 0; l < readout; l++)
              descend(
                l,
                gated(multiply(B[l + 1], e, post[l + 1]), now, l + 1),
                now,
              );
            descend(readout, e, now);
            return now;
          },
        };
      },
    };
  },
});

/* md
## Does it learn?

On 600 digits, with 64 hidden neurons, in both forms.
*/
await selectBackend("wasm");
const data = await loadDataset("digits", { trainSamples: 600, testSamples: 300 });
const settings = {
  sizes: [data.inputs, 64, data.classes],
  seed: 1,
  epochs: 5,
  schedule: "linear",
  encoder: "rate",
  eligibility: "trace",
  durationMs: 20,
  tauMem: 20,
  vThreshold: 0.08,
  maxSpikes: 16,
} as const;
for (const rule of ["dfa", excited, "frozen"])
  for (const twin of ["rate", "spike"] as const) {
    const steps =
      twin === "rate"
        ? { batch: 10, learningRate: 0.5 }
        : { batch: 1, learningRate: 0.1 };
    const { result } = await train(
      { rule, twin, settings: { ...settings, ...steps } },
      data,
    );
    const angle = result.alignmentDegrees[0];
    console.log(
      result.rule.padEnd(12),
      twin.padEnd(6),
      `${(100 * result.testAccuracy).toFixed(1)} %`,
      angle === undefined ? "" : `${angle.toFixed(0)} degrees from the gradient`,
    );
  }

/* md
The errors of the classes sum to 0, which is why feedback of one sign still tells them apart; its mean does nothing but lift or
lower all hidden neurons together.

## On the command line

The same definition in a file of its own, `my-rule.js`, is a plugin: `threefactor compare --plugin my-rule.js --rules
bp,excited-dfa,frozen --seeds 1,2,3`, and `threefactor rules excited-dfa --plugin my-rule.js` shows its card and what its
synapses were seen to read. [Extending](../howto/extend.md) has neurons, plasticities, encoders and data sets too.

To be sure of the spiking form, compare the direction of its change with the rate form's on small samples, as
`test/rules/conformance.test.ts` does for the rules of the package.
*/
