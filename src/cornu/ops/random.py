"""Random numbers: the functions of `keras.random` and the generators of their seeds."""

from cornu.ops.sampling import beta as beta
from cornu.ops.sampling import binomial as binomial
from cornu.ops.sampling import categorical as categorical
from cornu.ops.sampling import dropout as dropout
from cornu.ops.sampling import gamma as gamma
from cornu.ops.sampling import normal as normal
from cornu.ops.sampling import randint as randint
from cornu.ops.sampling import shuffle as shuffle
from cornu.ops.sampling import truncated_normal as truncated_normal
from cornu.ops.sampling import uniform as uniform
from cornu.ops.seeds import SeedGenerator as SeedGenerator
from cornu.ops.seeds import forget_global_seed as forget_global_seed
from cornu.ops.seeds import global_seed_generator as global_seed_generator
