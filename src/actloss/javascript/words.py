"""What the words of Python and NumPy are in JavaScript, for functions of numbers."""

from __future__ import annotations

import ast
import re

import numpy as np

from actloss import numerics

MATH_FUNCTIONS = {
    np.abs: "Math.abs({0})",
    np.exp: "Math.exp({0})",
    np.expm1: "Math.expm1({0})",
    np.log: "Math.log({0})",
    np.log1p: "Math.log1p({0})",
    np.sqrt: "Math.sqrt({0})",
    np.tanh: "Math.tanh({0})",
    np.floor: "Math.floor({0})",
    np.ceil: "Math.ceil({0})",
    np.sign: "Math.sign({0})",
    np.power: "Math.pow({0}, {1})",
    np.maximum: "Math.max({0}, {1})",
    np.minimum: "Math.min({0}, {1})",
    np.clip: "Math.min(Math.max({0}, {1}), {2})",
    numerics.clip: "Math.min(Math.max({0}, {1}), {2})",
    np.where: "({0} ? {1} : {2})",
    np.isnan: "Number.isNaN({0})",
}
CONSTANTS = {"inf": "Infinity", "nan": "NaN", "pi": "Math.PI", "e": "Math.E"}
# np.finfo(x.dtype).<name>: numbers in JavaScript are float64.
FLOAT64_FACTS = {"max": "Number.MAX_VALUE", "eps": "Number.EPSILON", "nmant": "52"}

# JavaScript's operators and how tightly they bind. Python's `**` becomes Math.pow.
OPERATORS = {
    ast.Add: ("+", 5),
    ast.Sub: ("-", 5),
    ast.Mult: ("*", 6),
    ast.Div: ("/", 6),
}
COMPARISONS = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "===",
    ast.NotEq: "!==",
}
LOGIC = {ast.BitAnd: ("&&", 2), ast.BitOr: ("||", 1)}
TERNARY, COMPARISON, UNARY, ATOM = 0, 3, 7, 8

# Decorators that prepare arrays and change nothing about numbers.
TRANSPARENT_DECORATORS = ("elementwise", "elementwise_in_blocks", "elementwise_loss")

# What the translator does not know: loops, a look at the whole array, and at which array it is.
WRITTEN_BY_HAND = {
    numerics.scaled_exp: """\
function scaled_exp(scale, exponent, e, factor = 1.0) {
  if (!(exponent < -708.0)) return scale * e;
  const finite = Math.min(Math.max(scale, -1e30), 1e30);
  return finite * Math.exp(-708.0) * Math.exp(exponent + 708.0) * factor;
}""",
    numerics.gated: """\
function gated(x, logit, factor = 1.0) {
  if (!(logit < -708.0)) return x / (1.0 + Math.exp(-logit) / factor);
  const finite = Math.min(Math.max(x, -1e30), 1e30);
  return finite * Math.exp(-708.0) * Math.exp(logit + 708.0) * factor;
}""",
    numerics.log1p: """\
function log1p(u) {
  return Math.log1p(u);
}""",
    numerics.expm1: """\
function expm1(x) {
  return Math.expm1(x);
}""",
    numerics.split_product_error: """\
function split_product_error(a, b) {
  const splitter = 134217729.0;
  const a_high = splitter * a - (splitter * a - a);
  const b_high = splitter * b - (splitter * b - b);
  const a_low = a - a_high;
  const b_low = b - b_high;
  return a_high * b_high - a * b + a_high * b_low + a_low * b_high + a_low * b_low;
}""",
    numerics.small_part: """\
function small_part(lost) {
  return Math.abs(lost) < 1.0 ? lost : 0.0;
}""",
    numerics.minus: """\
function minus(zero, lost, x) {
  return (zero - x) + lost;
}""",
    numerics.weighted: """\
function weighted(weight, x) {
  const largest = 1.0 / (1.0 - Math.ceil(weight)) - 1.0;
  return weight * Math.min(x, largest);
}""",
    numerics.polynomial: """\
function polynomial(coefficients, x) {
  return coefficients.reduce((total, coefficient) => total * x + coefficient);
}""",
}

# Those that Python would let through as a name.
RESERVED_WORDS = re.compile(
    "arguments|case|catch|const|debugger|default|delete|do|enum|eval|export|extends|false|function|"
    "implements|instanceof|interface|let|new|null|package|private|protected|public|static|super|"
    "switch|this|throw|true|typeof|undefined|var|void|Infinity|Math|NaN|Number"
)


def number(value: float) -> str:
    """A number of Python as JavaScript writes it."""
    if value != value or value in (np.inf, -np.inf):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[repr(float(value))]
    return repr(value)
