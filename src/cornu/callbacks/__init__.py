"""Callbacks: objects that act during training, evaluation and prediction."""

from cornu.callbacks._averages import SwapEMAWeights as SwapEMAWeights
from cornu.callbacks._backup import BackupAndRestore as BackupAndRestore
from cornu.callbacks._callback import Callback as Callback
from cornu.callbacks._checkpoint import ModelCheckpoint as ModelCheckpoint
from cornu.callbacks._history import History as History
from cornu.callbacks._list import CallbackList as CallbackList
from cornu.callbacks._monitor import EarlyStopping as EarlyStopping
from cornu.callbacks._monitor import ReduceLROnPlateau as ReduceLROnPlateau
from cornu.callbacks._monitor import TerminateOnNaN as TerminateOnNaN
from cornu.callbacks._progbar import Progbar as Progbar
from cornu.callbacks._progbar import ProgbarLogger as ProgbarLogger
from cornu.callbacks._remote import RemoteMonitor as RemoteMonitor
from cornu.callbacks._simple import CSVLogger as CSVLogger
from cornu.callbacks._simple import LambdaCallback as LambdaCallback
from cornu.callbacks._simple import LearningRateScheduler as LearningRateScheduler
from cornu.callbacks._tensorboard import TensorBoard as TensorBoard
from cornu.core.old_paths import old_modules_of

__getattr__ = old_modules_of("callbacks")
