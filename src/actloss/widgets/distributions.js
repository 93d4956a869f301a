// The mathematics of two distributions over the same classes.
import { weighted } from "./functions.js";

const sum = (values) => values.reduce((total, value) => total + value, 0);

function crossEntropy(probabilities, labels) {
  return sum(labels.map((y, k) => weighted(y, -Math.log(probabilities[k]))));
}

function divergence(probabilities, labels) {
  return sum(labels.map((y, k) => (y === 0 ? 0 : y * Math.log(y / probabilities[k]))));
}

/** The four numbers of the figure, in units of so many nats. */
export function measure(labels, probabilities, nats) {
  return {
    entropy: crossEntropy(labels, labels) / nats,
    crossEntropy: crossEntropy(probabilities, labels) / nats,
    divergence: divergence(probabilities, labels) / nats,
    reverse: divergence(labels, probabilities) / nats,
  };
}

/** `values` with one of them set, the others rescaled so that all sum to one. */
export function redistribute(values, index, value) {
  const others = sum(values.filter((_, k) => k !== index));
  const even = others <= 1e-12; // nothing to rescale: share what is left
  return values.map((old, k) => {
    if (k === index) return value;
    return even ? (1 - value) / (values.length - 1) : (old * (1 - value)) / others;
  });
}

/** `values` for `count` classes: new ones get nothing, and what goes is shared by what stays. */
export function resize(values, count) {
  const kept = Array.from({ length: count }, (_, k) => values[k] ?? 0);
  const total = sum(kept);
  return kept.map((value) => (total > 0 ? value / total : 1 / count));
}
