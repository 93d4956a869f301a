// The stored sizes of activations and gradients, layer by layer.
import { RUNS } from "./gradient_flow_runs.js";

/** Mean of log10 and half its range over the seeds; gradient_flow_runs.py says how it is stored. */
export function storedSizes(activation, initialisation, gain, depth) {
  const { names, initialisations, gains, depths } = RUNS;
  const deepest = depths.at(-1);
  const lengths = [deepest, deepest, ...depths];
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const gainIndex = Math.round((gain - gains[0]) / (gains[1] - gains[0])); // a slider adds up its steps
  const inits = Object.keys(initialisations).length;
  const setting = (activation * inits + initialisation) * gains.length + gainIndex;

  function series(number) {
    const length = lengths[number];
    const before = setting * total + lengths.slice(0, number).reduce((sum, each) => sum + each, 0);
    const count = setting * lengths.length + number; // the series before this one: each saves a letter
    let at = RUNS.firsts[count];
    const mean = [at * RUNS.step];
    for (let i = 0; i < length - 1; i++) {
      at += RUNS.steps.charCodeAt(before - count + i) - RUNS.zero;
      mean.push(at * RUNS.step);
    }
    const spread = mean.map(
      (_, i) => (RUNS.spreads.charCodeAt(before + i) - RUNS.zero) * RUNS.spreadStep,
    );
    return { mean, spread };
  }

  const cut = ({ mean, spread }) => ({
    mean: mean.slice(0, depth),
    spread: spread.slice(0, depth),
  });
  const gradients = series(2 + depths.indexOf(depth));
  for (const values of Object.values(gradients)) values.reverse();
  return { activations: cut(series(0)), signal: cut(series(1)), gradients };
}
