"""Random numbers: Keras's `keras.random`."""

from cornu.ops.random import SeedGenerator as SeedGenerator
from cornu.ops.random import beta as beta
from cornu.ops.random import binomial as binomial
from cornu.ops.random import categorical as categorical
from cornu.ops.random import dropout as dropout
from cornu.ops.random import gamma as gamma
from cornu.ops.random import normal as normal
from cornu.ops.random import randint as randint
from cornu.ops.random import shuffle as shuffle
from cornu.ops.random import truncated_normal as truncated_normal
from cornu.ops.random import uniform as uniform
