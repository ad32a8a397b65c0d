"""The primitives, by family. They are exact: equal shapes, equal dtypes, no conversions."""

from cornu.core.primitives import control as control
from cornu.core.primitives import convolution as convolution
from cornu.core.primitives import dot as dot
from cornu.core.primitives import elementwise as elementwise
from cornu.core.primitives import gather as gather
from cornu.core.primitives import layout as layout
from cornu.core.primitives import pooling as pooling
from cornu.core.primitives import random as random
from cornu.core.primitives import reduce as reduce
from cornu.core.primitives import rules as rules
from cornu.core.primitives import sort as sort
