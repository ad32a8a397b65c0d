// Errors that reach Python. Thrown while a plan is built or configured, never in the hot path.
#pragma once

#include <stdexcept>
#include <string>

namespace cornu {

// A request that cannot be carried out as written: a shape, an offset, a name. Becomes ValueError.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}
};

}  // namespace cornu
