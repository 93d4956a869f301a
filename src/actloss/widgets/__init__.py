"""Figures that move: ipywidgets for the controls, anywidget for the drawings."""

from actloss.widgets.activation_explorer import ActivationExplorer
from actloss.widgets.outlier_fit import OutlierFit
from actloss.widgets.prediction import Prediction
from actloss.widgets.quiz import quiz
from actloss.widgets.regression_loss_explorer import RegressionLossExplorer

__all__ = ["ActivationExplorer", "OutlierFit", "Prediction", "RegressionLossExplorer", "quiz"]
