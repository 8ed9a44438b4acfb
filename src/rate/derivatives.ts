import type * as Core from "@tensorflow/tfjs-core";
import { tf } from "./tensorflow.ts";

/**
 * Derivatives of the operations that `forward` and its loss are made of, for automatic differentiation: the core of
 * TensorFlow.js differentiates, but those of its own are in files that Node cannot load by themselves. The formulas and
 * the order of operations are the library's, so that gradients have the same last bits.
 */
export function addDerivatives(): void {
  for (const derivative of derivatives) tf.registerGradient(derivative);
}

type Saved = readonly Core.Tensor[];

/** dy brought to the shape of an operand that was repeated along some axes. */
function unrepeated(dy: Core.Tensor, operand: Core.Tensor, other: Core.Tensor): Core.Tensor {
  const whole = tf.broadcast_util.assertAndGetBroadcastShape(operand.shape, other.shape);
  const axes = tf.broadcast_util.getReductionAxes(operand.shape, whole);
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, operand.shape);
}

/** An operation on two tensors, either of which may be repeated: its derivatives by a and b times dy. */
function ofTwo(
  kernelName: string,
  byA: (dy: Core.Tensor, a: Core.Tensor, b: Core.Tensor) => Core.Tensor,
  byB: (dy: Core.Tensor, a: Core.Tensor, b: Core.Tensor) => Core.Tensor,
): Core.GradConfig {
  return {
    kernelName,
    inputsToSave: ["a", "b"],
    gradFunc(dy, saved) {
      const [a, b] = saved as [Core.Tensor, Core.Tensor];
      return {
        a: () => unrepeated(byA(dy as Core.Tensor, a, b), a, b),
        b: () => unrepeated(byB(dy as Core.Tensor, a, b), b, a),
      };
    },
  };
}

/** An operation on one tensor: its derivative by x times dy. */
function ofOne(
  kernelName: string,
  byX: (dy: Core.Tensor, x: Core.Tensor, attrs: never, y: Core.Tensor) => Core.Tensor,
  outputsToSave: boolean[] = [],
): Core.GradConfig {
  return {
    kernelName,
    inputsToSave: ["x"],
    outputsToSave,
    gradFunc: (dy, [x, y]: Saved, attrs) => ({
      x: () => byX(dy as Core.Tensor, x, attrs as never, y),
    }),
  };
}

/** dy at every place that a sum went over. */
function spread(dy: Core.Tensor, x: Core.Tensor, { axis }: { axis: number | number[] }): Core.Tensor {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const kept = x.shape.map((n, at) => (axes.includes(at) ? 1 : n));
  return tf.mul(tf.reshape(dy, kept), tf.ones(x.shape));
}

/** Number of terms in each mean. */
const terms = (x: Core.Tensor, { axis }: { axis: number | number[] }) =>
  tf.util.parseAxisParam(axis, x.shape).reduce((product, at) => product * x.shape[at], 1);

const run = (kernel: string, inputs: Core.NamedTensorMap, attrs: object): Core.Tensor =>
  tf.engine().runKernel(kernel, inputs, attrs as Core.NamedAttrMap) as Core.Tensor;

const derivatives: readonly Core.GradConfig[] = [
  ofTwo(
    "Add",
    dy => dy,
    dy => dy,
  ),
  ofTwo(
    "Sub",
    dy => dy,
    dy => tf.neg(dy),
  ),
  ofTwo(
    "Multiply",
    (dy, _, b) => tf.mul(dy, b),
    (dy, a) => tf.mul(dy, a),
  ),
  {
    kernelName: "RealDiv",
    inputsToSave: ["a", "b"],
    gradFunc(dy, saved) {
      const [a, b] = saved as [Core.Tensor, Core.Tensor];
      return {
        a: () => unrepeated(tf.div(dy as Core.Tensor, b), a, b),
        // Divided after the sum.
        b: () => tf.neg(tf.div(unrepeated(tf.mul(dy as Core.Tensor, a), b, a), tf.square(b))),
      };
    },
  },
  ofOne("Cast", dy => tf.clone(dy)),
  ofOne("Neg", dy => tf.neg(dy)),
  ofOne("Square", (dy, x) => tf.mul(dy, tf.mul(x, 2))),
  ofOne("Sqrt", (dy, x) => tf.div(dy, tf.mul(tf.sqrt(x), 2))),
  ofOne("Relu", (dy, x) => tf.mul(dy, tf.step(x))),
  ofOne("Tanh", (dy, x) => tf.mul(dy, tf.sub(1, tf.square(tf.tanh(x))))),
  ofOne("Sigmoid", (dy, x) => tf.mul(dy, tf.mul(tf.sigmoid(x), tf.sub(1, tf.sigmoid(x))))),
  ofOne("Softplus", (dy, x) => tf.mul(dy, tf.sigmoid(x))),
  ofOne("ClipByValue", (dy, x, { clipValueMin, clipValueMax }: Core.ClipByValueAttrs) => {
    const within = tf.logicalAnd(tf.greaterEqual(x, clipValueMin), tf.lessEqual(x, clipValueMax));
    return tf.where(within, dy, tf.zerosLike(dy));
  }),
  ofOne("Sum", spread),
  ofOne("Mean", (dy, x, attrs: { axis: number[] }) => tf.div(spread(dy, x, attrs), terms(x, attrs))),
  ofOne("Reshape", (dy, x) => tf.reshape(dy, x.shape)),
  ofOne("Tile", (dy, x, { reps }: Core.TileAttrs) => {
    const [rows, columns] = x.shape as [number, number];
    let sum = tf.zerosLike(x);
    for (let i = 0; i < reps[0]; i++) {
      for (let j = 0; j < reps[1]; j++) {
        sum = tf.add(sum, tf.slice(dy, [i * rows, j * columns], [rows, columns]));
      }
    }
    return sum;
  }),
  {
    kernelName: "BatchMatMul",
    inputsToSave: ["a", "b"],
    gradFunc(dy, saved) {
      const [a, b, post] = [...saved, dy] as [Core.Tensor2D, Core.Tensor2D, Core.Tensor2D];
      return { a: () => tf.matMul(post, b, false, true), b: () => tf.matMul(a, post, true, false) };
    },
  },
  {
    kernelName: "Conv2D",
    inputsToSave: ["x", "filter"],
    gradFunc(dy, saved, attrs) {
      const [x, filter] = saved as [Core.Tensor4D, Core.Tensor4D];
      const { strides, pad, dataFormat } = attrs as unknown as Core.Conv2DAttrs;
      const how = { strides, pad, dataFormat };
      const post = dy as Core.Tensor4D;
      return {
        x: () => run("Conv2DBackpropInput", { dy: post, filter }, { ...how, inputShape: x.shape }),
        filter: () => run("Conv2DBackpropFilter", { x, dy: post }, { ...how, filterShape: filter.shape }),
      };
    },
  },
  ofOne(
    "MaxPool",
    (dy, x, { filterSize, strides, pad }: Core.MaxPoolAttrs, y) =>
      run("MaxPoolGrad", { dy, input: x, output: y }, { filterSize, strides, pad }),
    [true],
  ),
  ofOne("AvgPool", (dy, x, { filterSize, strides, pad }: Core.AvgPoolAttrs) =>
    run("AvgPoolGrad", { dy, input: x }, { filterSize, strides, pad }),
  ),
];
