// Softmax, step by step, as a computer does it in float16, float32 or float64: every result is
// rounded to the precision before the next step uses it. Then the same in words.
import { formatNumber } from "./plot.js";

const SMALLEST_NORMAL_EXPONENT = -14; // of float16; below it numbers lie 2⁻²⁴ apart
const BITS = 10; // behind the point, in the fraction of a float16

/** The float16 nearest to x; of two that are equally near, the one whose last bit is 0. */
export function toFloat16(x) {
  const size = Math.abs(x);
  if (!(size > 0 && size < Infinity)) return x; // ±0, ±∞, NaN
  if (size >= 65520) return Math.sign(x) * Infinity; // halfway from the largest, 65504, to 2¹⁶
  const exponent = Math.max(Math.floor(Math.log2(size)), SMALLEST_NORMAL_EXPONENT);
  const unit = 2 ** (exponent - BITS);
  // Beyond 2⁵² a double has no digits behind the point: adding it rounds to an even integer.
  return Math.sign(x) * (size / unit + 2 ** 52 - 2 ** 52) * unit;
}

/** A change of p that its three printed digits may show. */
export const VISIBLE = 0.0005;

export const ROUND = {
  float16: Math.f16round ?? toFloat16,
  float32: Math.fround,
  float64: (x) => x,
};

/** What is shown beside an overflow or an underflow: the largest and the smallest positive number. */
export const EXTREMES = {
  float16: ["65504", "6e−8"],
  float32: ["3.4e38", "1e−45"],
  float64: ["1.8e308", "5e−324"],
};

const timesLog = (p, logP) => (p === 0 ? 0 : p * logP);

/**
 * All steps from logits to probabilities, and what follows from them.
 *
 * `shift` is added to every logit. The stable formula subtracts the largest before it
 * takes exp, and has log-probabilities of its own; the naive one takes exp at once, and its
 * log-probabilities are the logarithms of its probabilities.
 */
export function softmaxSteps(logits, { temperature, shift, trueClass, stable, precision }) {
  const round = ROUND[precision];
  const shifted = logits.map((x) => round(round(x) + round(shift)));
  const best = shifted.indexOf(Math.max(...shifted));
  const exponents = shifted.map((x) =>
    round((stable ? round(x - shifted[best]) : x) / round(temperature)),
  );
  const exps = exponents.map((z) => round(Math.exp(z)));
  const add = (total, e) => round(total + e);
  const sum = exps.reduce(add, 0);
  const p = exps.map((e) => round(e / sum));
  // The sum is 1, for the largest, and the others; adding the 1 would cost the others their digits.
  const others = exps.reduce((total, e, i) => (i === best ? total : add(total, e)), 0);
  const logSum = round(Math.log1p(others));
  const logP = stable ? exponents.map((z) => round(z - logSum)) : p.map((q) => round(Math.log(q)));
  const terms = p.map((q, i) => round(timesLog(q, logP[i])));
  return {
    shifted,
    exponents,
    exps,
    sum,
    p,
    logP,
    gradient: p.map((q, i) => round(q - (i === trueClass ? 1 : 0))),
    crossEntropy: 0 - logP[trueClass],
    entropy: 0 - terms.reduce(add, 0),
  };
}

/** A number of any size in a narrow column: three digits at most, with an exponent where needed. */
export function shortNumber(value, digits = 3) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 0.0095 && size < 9999.5) {
    return String(size < 1000 ? Number(value.toPrecision(digits)) : Math.round(value)).replace(
      "-",
      "−",
    );
  }
  return value
    .toExponential(digits - 2)
    .replace("e+", "e")
    .replaceAll("-", "−");
}

/** A number with as many digits as tell shifted logits apart, without the zeros at its end. */
export const full = (value, digits = 6) =>
  String(Number(value.toPrecision(digits))).replace("-", "−");

/** One sentence on what happened. */
export function explain(steps, exact, { precision, stable, shift }) {
  const [largest, smallest] = EXTREMES[precision];
  const { shifted, exponents, exps, sum, p } = steps;
  if (exps.includes(Infinity)) {
    const z = full(Math.max(...exponents));
    return `exp(${z}) is beyond the largest ${precision}, ${largest}. It becomes ∞, and ∞ ÷ ∞ is NaN.`;
  }
  if (sum === Infinity)
    return `The sum is beyond the largest ${precision}, ${largest}. It becomes ∞, and every p becomes 0.`;
  if (sum === 0)
    return `Every exp is below the smallest ${precision}, ${smallest}. All become 0, and 0 ÷ 0 is NaN.`;
  const error = Math.max(...p.map((q, i) => Math.abs(q - exact.p[i])));
  if (error > VISIBLE) {
    const gaps = (of) => of.shifted.map((x) => x - of.shifted[0]);
    const moved = gaps(steps).some((gap, i) => Math.abs(gap - gaps(exact)[i]) > VISIBLE);
    if (moved) {
      return `${precision} holds logit + c as ${shifted.map((x) => full(x)).join(", ")}. This rounding changed their differences, and so p.`;
    }
    return `Rounding to ${precision} moved p by up to ${formatNumber(error)}; the outlines show where it belongs.`;
  }
  if (steps.crossEntropy === Infinity && exact.crossEntropy < Infinity) {
    return `p of the true class was rounded to 0, and its logarithm is −∞. The exact cross-entropy is ${formatNumber(exact.crossEntropy)}.`;
  }
  if (shift === 0) return "The bars add up to 1, and the gradient adds up to 0.";
  const by = shift > 0 ? `Adding ${full(shift)} to` : `Subtracting ${full(-shift)} from`;
  return `${by} every logit changes nothing${stable ? ": the largest is subtracted first." : ", as long as exp does not overflow."}`;
}
