"""The reference engine: every primitive in plain NumPy, the living definition of what it means."""

# Importing a family enters its functions into the lowering table.
from cornu.engines.reference import (
    control,
    dot,
    elementwise,
    gather,
    layout,
    random,
    reduce,
    sort,
    special,
    window,
)
from cornu.engines.reference.engine import ReferenceEngine as ReferenceEngine
from cornu.engines.reference.table import LOWERINGS as LOWERINGS
from cornu.engines.reference.table import lower as lower
