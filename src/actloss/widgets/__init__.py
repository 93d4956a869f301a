"""Figures that move: ipywidgets for the controls, anywidget for the drawings."""

from actloss.widgets.activation_explorer import ActivationExplorer
from actloss.widgets.gradient_flow_explorer import GradientFlowExplorer
from actloss.widgets.margin_explorer import MarginExplorer
from actloss.widgets.calibration_explorer import CalibrationExplorer
from actloss.widgets.cross_entropy_explorer import CrossEntropyExplorer
from actloss.widgets.prediction import Prediction
from actloss.widgets.quiz import quiz
from actloss.widgets.training_theatre import TrainingTheatre

__all__ = ["ActivationExplorer", "Prediction", "TrainingTheatre", "quiz"]
from actloss.widgets.softmax_explorer import SoftmaxExplorer

__all__ = ["ActivationExplorer", "Prediction", "SoftmaxExplorer", "quiz"]
__all__ = ["ActivationExplorer", "GradientFlowExplorer", "Prediction", "quiz"]
from actloss.widgets.outlier_fit import OutlierFit
from actloss.widgets.prediction import Prediction
from actloss.widgets.quiz import quiz
from actloss.widgets.regression_loss_explorer import RegressionLossExplorer

__all__ = ["ActivationExplorer", "OutlierFit", "Prediction", "RegressionLossExplorer", "quiz"]
__all__ = ["ActivationExplorer", "MarginExplorer", "Prediction", "quiz"]
__all__ = [
    "ActivationExplorer",
    "CalibrationExplorer",
    "CrossEntropyExplorer",
    "Prediction",
    "quiz",
]
