"""Figures that move: ipywidgets for the controls, anywidget for the drawings."""

from actloss.widgets.activation_explorer import ActivationExplorer
from actloss.widgets.dead_unit_explorer import DeadUnitExplorer
from actloss.widgets.explore import FunctionExplorer, explore
from actloss.widgets.prediction import Prediction
from actloss.widgets.quiz import quiz

__all__ = [
    "ActivationExplorer",
    "DeadUnitExplorer",
    "FunctionExplorer",
    "Prediction",
    "explore",
    "quiz",
]
