"""The primitives, by family. They are exact: equal shapes, equal dtypes, no conversions."""

from cornu.core.primitives import (
    dot as dot,
    elementwise as elementwise,
    gather as gather,
    layout as layout,
    random as random,
    reduce as reduce,
    rules as rules,
    sort as sort,
)
