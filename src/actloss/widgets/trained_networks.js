// The stored trainings, unpacked, and what a network answers at a moment of its own.
import { ACTIVATION, FACTS } from "./theatre_facts.js";
import { STORED } from "./training_runs.js";

/** Rows of 12-bit integers, two letters each; in each row they stand for its own scale. */
export function unpack(text, scales) {
  const columns = text.length / 2 / scales.length;
  const bits = (place) => FACTS.letters.indexOf(text[place]);
  return scales.map((scale, row) =>
    Float64Array.from({ length: columns }, (_, column) => {
      const place = 2 * (row * columns + column);
      return (64 * bits(place) + bits(place + 1) - FACTS.widest) * scale;
    }),
  );
}

const unpacked = new Map();

/** The run of a choice: its weights, and loss and accuracy at each epoch as long as it lasted. */
export function runOf({ hidden, output, loss }) {
  const name = `${hidden}|${output}|${loss}`;
  if (!unpacked.has(name)) {
    const { weights, scales, loss: losses, accuracy } = STORED.runs[name];
    unpacked.set(name, {
      weights: unpack(weights, scales),
      losses: losses.map((value) => value ?? NaN),
      accuracy,
    });
  }
  return unpacked.get(name);
}

/** What the last layer computes at (x1, x2), with the weights of one moment. */
function outputSum(weights, activation, x1, x2) {
  const units = STORED.units;
  let sum = weights[4 * units];
  for (let j = 0; j < units; j++) {
    sum +=
      weights[j + 3 * units] *
      activation(weights[j] * x1 + weights[j + units] * x2 + weights[j + 2 * units]);
  }
  return sum;
}

/** What an output sum answers, from 0 (surely class 0) to 1 (surely class 1). */
function certainty({ output, loss }, sum) {
  if (output === "sigmoid") return ACTIVATION.sigmoid(sum);
  return Math.min(Math.max(loss === "hinge loss" ? (sum + 1) / 2 : sum, 0), 1);
}

function cellCentre(i) {
  return -FACTS.reach + ((2 * i + 1) * FACTS.reach) / FACTS.cells;
}

/** Certainty in the middle of every cell, row by row from below; undefined where training broke. */
export function answers(choice, moment) {
  const { weights, losses } = runOf(choice);
  if (moment >= losses.length) return undefined;
  const activation = ACTIVATION[choice.hidden];
  const n = FACTS.cells;
  return Array.from({ length: n * n }, (_, i) =>
    certainty(
      choice,
      outputSum(weights[moment], activation, cellCentre(i % n), cellCentre(Math.floor(i / n))),
    ),
  );
}
