"""Figures that move: ipywidgets for the controls, anywidget for the drawings.

Most are loaded when they are first used: together they take longer than any one of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

# These two have the names of their files, which Python puts here itself.
from actloss.widgets.explore import FunctionExplorer, explore
from actloss.widgets.quiz import quiz

if TYPE_CHECKING:
    from actloss.widgets.activation_explorer import ActivationExplorer
    from actloss.widgets.calibration_explorer import CalibrationExplorer
    from actloss.widgets.chooser import Chooser
    from actloss.widgets.confusion_explorer import ConfusionExplorer
    from actloss.widgets.cross_entropy_explorer import CrossEntropyExplorer
    from actloss.widgets.dead_unit_explorer import DeadUnitExplorer
    from actloss.widgets.gradient_flow_explorer import GradientFlowExplorer
    from actloss.widgets.margin_explorer import MarginExplorer
    from actloss.widgets.network_trainer import NetworkTrainer
    from actloss.widgets.outlier_fit import OutlierFit
    from actloss.widgets.prediction import Prediction
    from actloss.widgets.regression_loss_explorer import RegressionLossExplorer
    from actloss.widgets.softmax_explorer import SoftmaxExplorer
    from actloss.widgets.training_theatre import TrainingTheatre

__all__ = [
    "ActivationExplorer",
    "CalibrationExplorer",
    "Chooser",
    "ConfusionExplorer",
    "CrossEntropyExplorer",
    "DeadUnitExplorer",
    "FunctionExplorer",
    "GradientFlowExplorer",
    "MarginExplorer",
    "NetworkTrainer",
    "OutlierFit",
    "Prediction",
    "RegressionLossExplorer",
    "SoftmaxExplorer",
    "TrainingTheatre",
    "explore",
    "quiz",
]

_FILES = {
    "ActivationExplorer": "activation_explorer",
    "CalibrationExplorer": "calibration_explorer",
    "Chooser": "chooser",
    "ConfusionExplorer": "confusion_explorer",
    "CrossEntropyExplorer": "cross_entropy_explorer",
    "DeadUnitExplorer": "dead_unit_explorer",
    "GradientFlowExplorer": "gradient_flow_explorer",
    "MarginExplorer": "margin_explorer",
    "NetworkTrainer": "network_trainer",
    "OutlierFit": "outlier_fit",
    "Prediction": "prediction",
    "RegressionLossExplorer": "regression_loss_explorer",
    "SoftmaxExplorer": "softmax_explorer",
    "TrainingTheatre": "training_theatre",
}


def __getattr__(name: str) -> Any:
    if name not in _FILES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_FILES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
