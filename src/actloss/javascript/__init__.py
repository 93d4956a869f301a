"""NumPy source to JavaScript, by its syntax tree, so that a formula is written only once.

The figures of the published page compute in the browser, with no Python behind them.
:func:`to_javascript` turns element-wise NumPy functions into JavaScript functions of numbers.
It knows the little of Python that such formulas need, and refuses the rest by name and line.
What is called how in both languages stands in ``words``, the grammar in ``translator``.
"""

from actloss.javascript.translator import TranslationError, to_javascript

__all__ = ["TranslationError", "to_javascript"]
