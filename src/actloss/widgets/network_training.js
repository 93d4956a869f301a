// A small network, forward and backward: what actloss.network does, number by number.
//
// A layer holds its weights as Python does, one row an input and one column a unit, in one array.
import { ACTIVATION, FACTS } from "./training_facts.js";

const SAMPLES = FACTS.labels.length;
const LABELS = Float64Array.from(FACTS.labels, Number);

/** x and y of every point of a data set, one after the other. */
export const pointsOf = (data) =>
  Float64Array.from(FACTS.points[data], (part) => part / FACTS.ofPoints);

// The standard deviation of first weights.
const SCALE = {
  Xavier: (fanIn, fanOut) => Math.sqrt(2 / (fanIn + fanOut)),
  He: (fanIn) => Math.sqrt(2 / fanIn),
  "ten times He": (fanIn) => 10 * Math.sqrt(2 / fanIn),
  "all zeros": () => 0,
};

// Loss and its derivative in the sum z of the last layer, for a label 0 or 1.
const ofProbability = (loss, slope) => [
  (z, y) => loss(sigmoid(z), y),
  (z, y) => slope(sigmoid(z), y) * sigmoid_grad(z),
];
const hinge = [(z, y) => hinge_loss(z, 2 * y - 1), (z, y) => hinge_loss_grad(z, 2 * y - 1)];
const PAIRS = {
  "sigmoid|cross-entropy": [
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
  ],
  "sigmoid|squared error": ofProbability(squared_error, squared_error_grad),
  "sigmoid|hinge loss": ofProbability(...hinge),
  "linear|cross-entropy": [unchecked_cross_entropy, unchecked_cross_entropy_grad],
  "linear|squared error": [squared_error, squared_error_grad],
  "linear|hinge loss": hinge,
};

/** Loss, derivative and threshold of a choice; the slope of its output unit comes in twice if asked. */
function pairOf({ output, loss, twice }) {
  const [value, once] = PAIRS[`${output}|${loss}`];
  const slope = twice && output === "sigmoid" ? (z, y) => once(z, y) * sigmoid_grad(z) : once;
  const threshold = output === "linear" && loss !== "hinge loss" ? 0.5 : 0;
  return { value, slope, threshold };
}

/** What a sum of the last layer answers, from 0 (surely class 0) to 1 (surely class 1). */
function certainty({ output, loss }, z) {
  if (output === "sigmoid") return sigmoid(z);
  return Math.min(Math.max(loss === "hinge loss" ? (z + 1) / 2 : z, 0), 1);
}

function newLayers({ layers, units, weights }, seed) {
  const sizes = [2, ...Array(layers).fill(units), 1];
  const numbers = FACTS.draws[seed][Symbol.iterator]();
  return sizes.slice(1).map((fanOut, at) => {
    const fanIn = sizes[at];
    const scale = SCALE[weights](fanIn, fanOut);
    const zeros = (length) => new Float64Array(length);
    return {
      fanIn,
      fanOut,
      weights: zeros(fanIn * fanOut).map(() => (numbers.next().value / FACTS.ofDraws) * scale),
      bias: zeros(fanOut),
      weightsGrad: zeros(fanIn * fanOut),
      biasGrad: zeros(fanOut),
      weightsSpeed: zeros(fanIn * fanOut),
      biasSpeed: zeros(fanOut),
      sums: zeros(SAMPLES * fanOut),
      sumsGrad: zeros(SAMPLES * fanOut),
      outputs: zeros(SAMPLES * fanOut),
      outputsGrad: zeros(SAMPLES * fanOut),
    };
  });
}

/** sums = inputs·weights + bias, row by row. */
function multiply({ fanIn, fanOut, weights, bias }, inputs, sums, rows) {
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < fanOut; j++) {
      let sum = 0;
      for (let i = 0; i < fanIn; i++) sum += inputs[row * fanIn + i] * weights[i * fanOut + j];
      sums[row * fanOut + j] = sum + bias[j];
    }
  }
}

function forward(layers, activation, points) {
  let inputs = points;
  layers.forEach((layer, at) => {
    multiply(layer, inputs, layer.sums, SAMPLES);
    if (at === layers.length - 1) return;
    for (let k = 0; k < layer.sums.length; k++) layer.outputs[k] = activation(layer.sums[k]);
    inputs = layer.outputs;
  });
}

/** From the derivative of the loss in the last sums, the gradient in every weight and bias. */
function backward(layers, activationGrad, points) {
  for (let at = layers.length - 1; at >= 0; at--) {
    const layer = layers[at];
    const below = layers[at - 1];
    const inputs = below ? below.outputs : points;
    const { fanIn, fanOut, weights, weightsGrad, biasGrad, sumsGrad } = layer;
    weightsGrad.fill(0);
    biasGrad.fill(0);
    for (let row = 0; row < SAMPLES; row++) {
      for (let j = 0; j < fanOut; j++) {
        const grad = sumsGrad[row * fanOut + j];
        biasGrad[j] += grad;
        for (let i = 0; i < fanIn; i++)
          weightsGrad[i * fanOut + j] += inputs[row * fanIn + i] * grad;
      }
      if (!below) continue;
      for (let i = 0; i < fanIn; i++) {
        let sum = 0;
        for (let j = 0; j < fanOut; j++)
          sum += sumsGrad[row * fanOut + j] * weights[i * fanOut + j];
        const k = row * fanIn + i;
        below.sumsGrad[k] = sum * activationGrad(below.sums[k]);
      }
    }
  }
}

const rootMeanSquare = (values) =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

/** How many units have slope 0 at every point. */
function deadIn({ fanOut, sums }, activationGrad) {
  let dead = 0;
  for (let j = 0; j < fanOut; j++) {
    let row = 0;
    while (row < SAMPLES && activationGrad(sums[row * fanOut + j]) === 0) row++;
    if (row === SAMPLES) dead++;
  }
  return dead;
}

/** A training of one seed; `lookAt(step)` goes on until there, and gives what was seen then. */
export function newRun(choice, seed) {
  const [activation, activationGrad] = ACTIVATION[choice.hidden];
  const { value, slope, threshold } = pairOf(choice);
  const points = pointsOf(choice.data);
  const layers = newLayers(choice, seed);
  const losses = [];
  const accuracies = [];
  const views = new Map();
  const every = FACTS.steps[1];

  /** Forward and backward with the present weights, without a step. */
  function look() {
    forward(layers, activation, points);
    const { sums, sumsGrad } = layers.at(-1);
    let total = 0;
    let right = 0;
    for (let row = 0; row < SAMPLES; row++) {
      total += value(sums[row], LABELS[row]);
      right += sums[row] > threshold === (LABELS[row] === 1);
      sumsGrad[row] = slope(sums[row], LABELS[row]) / SAMPLES;
    }
    backward(layers, activationGrad, points);
    losses.push(total / SAMPLES);
    accuracies.push(right / SAMPLES);
    if ((losses.length - 1) % every === 0) views.set(losses.length - 1, view());
  }

  const view = () => ({
    layers: layers.map(({ fanIn, fanOut, weights, bias }) => ({
      fanIn,
      fanOut,
      weights: weights.slice(),
      bias: bias.slice(),
    })),
    gradients: layers.map(({ weightsGrad }) => rootMeanSquare(weightsGrad)),
    dead: layers.slice(0, -1).map((layer) => deadIn(layer, activationGrad)),
  });

  /** A step of gradient descent with momentum; whether all weights are still numbers. */
  function step() {
    let finite = true;
    const move = (values, speeds, gradients) => {
      for (let k = 0; k < values.length; k++) {
        speeds[k] = FACTS.momentum * speeds[k] + gradients[k];
        values[k] -= choice.rate * speeds[k];
        finite &&= Number.isFinite(values[k]);
      }
    };
    for (const layer of layers) {
      move(layer.weights, layer.weightsSpeed, layer.weightsGrad);
      move(layer.bias, layer.biasSpeed, layer.biasGrad);
    }
    return finite;
  }

  look();
  let ended = false;
  return {
    losses,
    accuracies,
    /** What was seen at a step; undefined where training broke off before. */
    lookAt(at) {
      while (!ended && losses.length <= at) {
        if (step()) look();
        else ended = true;
      }
      return views.get(at);
    },
    isAt: (at) => ended || losses.length > at,
  };
}

/** Certainty in the middle of count × count cells of the plane, row by row from above. */
export function answersOn(count, choice, { layers }) {
  const [activation] = ACTIVATION[choice.hidden];
  const at = (i) => ((2 * i + 1) / count - 1) * FACTS.reach;
  let values = new Float64Array(2 * count);
  const found = new Float64Array(count * count);
  const points = new Float64Array(2 * count);
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      points[2 * column] = at(column);
      points[2 * column + 1] = -at(row);
    }
    values = points;
    layers.forEach((layer, number) => {
      const sums = new Float64Array(count * layer.fanOut);
      multiply(layer, values, sums, count);
      values = number < layers.length - 1 ? sums.map((z) => activation(z)) : sums;
    });
    for (let column = 0; column < count; column++)
      found[row * count + column] = certainty(choice, values[column]);
  }
  return found;
}
