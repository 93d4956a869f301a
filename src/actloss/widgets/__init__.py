"""Figures that move: ipywidgets for the controls, anywidget for the drawings."""

from actloss.widgets.activation_explorer import ActivationExplorer
from actloss.widgets.calibration_explorer import CalibrationExplorer
from actloss.widgets.cross_entropy_explorer import CrossEntropyExplorer
from actloss.widgets.prediction import Prediction
from actloss.widgets.quiz import quiz

__all__ = [
    "ActivationExplorer",
    "CalibrationExplorer",
    "CrossEntropyExplorer",
    "Prediction",
    "quiz",
]
