"""Data on their way to a model: pipelines, text and sequences, images from files."""

from cornu.data.dataset import Dataset as Dataset
from cornu.data.dataset import pipeline_of as pipeline_of
from cornu.data.elements import INFINITE as INFINITE_CARDINALITY
from cornu.data.elements import UNKNOWN as UNKNOWN_CARDINALITY
from cornu.data.elements import ComponentSpec as ComponentSpec
from cornu.data.options import Options as Options

# Leaves a number to the pipeline.
AUTOTUNE = -1
