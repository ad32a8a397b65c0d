"""Pictures of trainings, predictions, models and what is in them; needs matplotlib.

Install it with `pip install 'cornu[plot]'`. Each function draws into the Axes that it is given as
`ax`, or into a new figure of pyplot, and returns the Axes; none shows or saves anything by itself.
"""

from cornu.drawing.curves import learning_curves as learning_curves
from cornu.models.plotting import plot_model as plot_model
from cornu.visualization._classification import confusion_counts as confusion_counts
from cornu.visualization._classification import confusion_matrix as confusion_matrix
from cornu.visualization._classification import decision_boundary as decision_boundary
from cornu.visualization._classification import misclassified as misclassified
from cornu.visualization._classification import precision_recall_curve as precision_recall_curve
from cornu.visualization._classification import roc_curve as roc_curve
from cornu.visualization._classification import worst_mistakes as worst_mistakes
from cornu.visualization._functions import activation_functions as activation_functions
from cornu.visualization._functions import loss_along_line as loss_along_line
from cornu.visualization._functions import weight_histograms as weight_histograms
from cornu.visualization._neurons import feature_detectors as feature_detectors
from cornu.visualization._neurons import layer_outputs as layer_outputs
from cornu.visualization._neurons import layer_weights as layer_weights
from cornu.visualization._neurons import strongest_inputs as strongest_inputs
from cornu.visualization._planes import affine_layer as affine_layer
from cornu.visualization._planes import plane_map as plane_map
from cornu.visualization._regression import predictions_against_truth as predictions_against_truth
from cornu.visualization._regression import residuals as residuals
from cornu.visualization._report import report as report
