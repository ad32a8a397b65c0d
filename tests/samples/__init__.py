"""The sample table: one row per primitive, from which its tests are generated."""

# Importing a family enters its rows into the table.
from tests.samples import binary, control, dot, gather, layout, reduce, sort, unary, window  # noqa: F401
from tests.samples.sample import SAMPLES as SAMPLES
from tests.samples.sample import Case as Case
from tests.samples.sample import Refused as Refused
from tests.samples.sample import Sample as Sample
