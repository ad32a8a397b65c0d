"""Nested structures (lists, tuples, dicts): Keras's `keras.tree`."""

from cornu.core.tree import assert_same_structure as assert_same_structure
from cornu.core.tree import flatten as flatten
from cornu.core.tree import flatten_with_path as flatten_with_path
from cornu.core.tree import is_nested as is_nested
from cornu.core.tree import map_structure as map_structure
from cornu.core.tree import pack_sequence_as as pack_sequence_as
from cornu.core.tree import traverse as traverse
