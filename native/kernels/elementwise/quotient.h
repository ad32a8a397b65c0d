// Finds the update of an adaptive optimizer in a program: w - a * b / sqrt(c + d), as in RMSprop,
// or w - a * b / (sqrt(c) + d), as in Adam.
#pragma once

#include <vector>

#include "kernels/elementwise/program.h"

namespace cornu {

struct Quotient {
  bool outside = false;               // d is added to the root, not under it
  int members[4] = {-1, -1, -1, -1};  // the instructions before the subtraction, ascending
  int w = -1;                         // registers
  int factors[2] = {-1, -1};          // a and b in any order
  int terms[2] = {-1, -1};            // c and d; in any order unless d is outside
};

// Whether instruction `last` ends such a chain of float32 operations of which nothing else is used;
// `uses` counts the readers of each register.
bool find_quotient(const ElementwiseProgram& program, const std::vector<int>& uses, int last,
                   Quotient* found);

}  // namespace cornu
