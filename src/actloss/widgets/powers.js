// Powers of ten as the book prints them.
const SUPERSCRIPTS = {
  "-": "⁻",
  ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((sign, digit) => [digit, sign])),
};

export const superscript = (number) =>
  [...String(number)].map((sign) => SUPERSCRIPTS[sign]).join("");

/** 10 to this power, as the book prints it: 0.31, 12, 3·10⁻⁹. */
export function formatPower(logarithm) {
  if (logarithm >= -2 && logarithm < 4) {
    const value = 10 ** logarithm;
    return String(Number(value.toPrecision(2)));
  }
  let power = Math.floor(logarithm);
  let digit = Math.round(10 ** (logarithm - power));
  if (digit === 10) [digit, power] = [1, power + 1];
  return `${digit}·10${superscript(power)}`;
}
