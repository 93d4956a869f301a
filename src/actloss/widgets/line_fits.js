// Straight lines with the smallest sum of losses over a few points: [intercept, slope].
// The same methods stand in line_fits.py; tests hold both against SciPy and scikit-learn.

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** The line of weighted least squares. */
export function leastSquares(x, y, weights) {
  const total = sum(weights);
  const meanX = sum(weights.map((weight, i) => weight * x[i])) / total;
  const meanY = sum(weights.map((weight, i) => weight * y[i])) / total;
  const across = sum(weights.map((weight, i) => weight * (x[i] - meanX) * (y[i] - meanY)));
  const slope = across / sum(weights.map((weight, i) => weight * (x[i] - meanX) ** 2));
  return [meanY - slope * meanX, slope];
}

/** The line of smallest quantile loss passes through two of the points: the best of all pairs. */
export function lineThroughTwo(x, y, quantile) {
  let best;
  let smallest = Infinity;
  for (let i = 0; i < x.length; i++) {
    for (let j = i + 1; j < x.length; j++) {
      if (x[i] === x[j]) continue;
      const slope = (y[j] - y[i]) / (x[j] - x[i]);
      const intercept = y[i] - slope * x[i];
      let total = 0;
      for (let k = 0; k < x.length; k++) {
        const residual = intercept + slope * x[k] - y[k];
        total += Math.max(-quantile * residual, (1 - quantile) * residual);
      }
      if (total < smallest - 1e-9) [best, smallest] = [[intercept, slope], total];
    }
  }
  return best;
}

const residuals = (x, y, [intercept, slope]) =>
  x.map((where, i) => intercept + slope * where - y[i]);

/** 0 for a point within δ of the line; for the others, on which side the line is of them. */
const sidesOf = (x, y, line, delta) =>
  residuals(x, y, line).map((residual) => (Math.abs(residual) <= delta ? 0 : Math.sign(residual)));

/** The line at which the pulls balance if exactly the points of side 0 lie within δ. */
function solveWithin(x, y, sides, delta) {
  const inside = sides.map((side) => (side === 0 ? 1 : 0));
  const over = (values) => sum(values.map((value, i) => inside[i] * value));
  const count = sum(inside);
  const sumX = over(x);
  const sumXX = over(x.map((where) => where * where));
  const determinant = count * sumXX - sumX * sumX;
  if (determinant <= 1e-9) return undefined; // fewer than two points, or one above the other
  const right = over(y) - delta * sum(sides);
  const rightX =
    over(x.map((where, i) => where * y[i])) - delta * sum(sides.map((side, i) => side * x[i]));
  return [
    (right * sumXX - rightX * sumX) / determinant,
    (count * rightX - sumX * right) / determinant,
  ];
}

/**
 * The line of smallest Huber loss: weighted least squares, each time with the weights that the last
 * line gives, until it is known which points lie within δ; then the equations are linear.
 */
export function huberLine(x, y, delta, mostSteps = 2000) {
  let line = lineThroughTwo(x, y, 0.5);
  for (let step = 0; step < mostSteps; step++) {
    const sides = sidesOf(x, y, line, delta);
    const exact = solveWithin(x, y, sides, delta);
    if (exact && sidesOf(x, y, exact, delta).every((side, i) => side === sides[i])) return exact;
    const distances = residuals(x, y, line).map(Math.abs);
    line = leastSquares(
      x,
      y,
      distances.map((distance) => delta / Math.max(distance, delta)),
    );
  }
  return line;
}

/** Minus the gradient of each loss. */
const PULL = {
  squared: (residual) => -2 * residual,
  absolute: (residual) => -Math.sign(residual),
  huber: (residual, { delta }) => -Math.min(Math.max(residual, -delta), delta),
  quantile: (residual, { quantile }) => quantile - 0.5 - 0.5 * Math.sign(residual),
};

/**
 * How strongly each point pulls at the fitted line. The pulls balance; at a kink, where the line
 * passes through the point, the gradient may be anything between its two sides, and what the
 * balance asks for is taken.
 */
export function pulls(x, y, line, loss, settings) {
  const found = residuals(x, y, line).map((residual) => PULL[loss](residual, settings));
  const onLine = residuals(x, y, line).flatMap((residual, i) =>
    Math.abs(residual) < 1e-9 ? [i] : [],
  );
  if ((loss === "absolute" || loss === "quantile") && onLine.length === 2) {
    const [first, second] = onLine;
    found[first] = found[second] = 0;
    found[second] = sum(found.map((pull, i) => pull * (x[first] - x[i]))) / (x[second] - x[first]);
    found[first] = -sum(found);
  }
  return found;
}
