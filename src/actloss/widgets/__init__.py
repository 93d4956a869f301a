"""Figures that move: ipywidgets for the controls, anywidget for the drawings."""

from actloss.widgets.activation_explorer import ActivationExplorer
from actloss.widgets.margin_explorer import MarginExplorer
from actloss.widgets.prediction import Prediction
from actloss.widgets.quiz import quiz

__all__ = ["ActivationExplorer", "MarginExplorer", "Prediction", "quiz"]
