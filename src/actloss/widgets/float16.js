// Rounding to half precision, as NumPy's `np.float16(x)` does it.

const LARGEST = 65520; // from here on the nearest float16 is infinity
const DIGITS = 10; // binary ones, behind the leading one
const SMALLEST_EXPONENT = -14; // below it float16 keeps one spacing, 2 ** -24, down to zero

/** The float16 nearest to `x`; of two that are equally near, the one whose last digit is even. */
export function toFloat16(x) {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return NaN;
  if (size >= LARGEST) return Math.sign(x) * Infinity;
  const exponent = Math.max(Math.floor(Math.log2(size)), SMALLEST_EXPONENT);
  const spacing = 2 ** (exponent - DIGITS);
  return Math.sign(x) * roundHalfEven(size / spacing) * spacing; // powers of two divide exactly
}

/** A number from 0 to 2 ** 52: above 2 ** 52 float64 itself has whole numbers only. */
function roundHalfEven(number) {
  return number + 2 ** 52 - 2 ** 52;
}
