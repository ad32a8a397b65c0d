// What an instruction set provides to the random bits.
#pragma once

#include <cstdint>

namespace cornu {

struct RandomKernels {
  // bits[i] of counter first + i, for i in [0, count); any count.
  void (*bits)(const std::uint32_t key[2], std::uint64_t first, std::int64_t count,
               std::uint32_t* bits);
};

}  // namespace cornu
