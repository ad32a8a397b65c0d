// Random bits: threefry2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3", 2011), laid out as JAX's partitionable generator: element i of a flat array is the xor
// of both words of the block with counter (i >> 32, i & 0xffffffff).
#pragma once

#include <cstdint>

namespace cornu {

// bits[i] for i in [0, count).
void random_bits(const std::uint32_t key[2], std::int64_t count, std::uint32_t* bits);

}  // namespace cornu
