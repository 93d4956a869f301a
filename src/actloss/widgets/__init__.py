"""Figures that move: ipywidgets for the controls, anywidget for the drawings."""

from actloss.widgets.activation_explorer import ActivationExplorer
from actloss.widgets.calibration_explorer import CalibrationExplorer
from actloss.widgets.cross_entropy_explorer import CrossEntropyExplorer
from actloss.widgets.dead_unit_explorer import DeadUnitExplorer
from actloss.widgets.explore import FunctionExplorer, explore
from actloss.widgets.gradient_flow_explorer import GradientFlowExplorer
from actloss.widgets.margin_explorer import MarginExplorer
from actloss.widgets.outlier_fit import OutlierFit
from actloss.widgets.prediction import Prediction
from actloss.widgets.quiz import quiz
from actloss.widgets.regression_loss_explorer import RegressionLossExplorer
from actloss.widgets.softmax_explorer import SoftmaxExplorer
from actloss.widgets.training_theatre import TrainingTheatre

__all__ = [
    "ActivationExplorer",
    "CalibrationExplorer",
    "CrossEntropyExplorer",
    "DeadUnitExplorer",
    "FunctionExplorer",
    "GradientFlowExplorer",
    "MarginExplorer",
    "OutlierFit",
    "Prediction",
    "RegressionLossExplorer",
    "SoftmaxExplorer",
    "TrainingTheatre",
    "explore",
    "quiz",
]
