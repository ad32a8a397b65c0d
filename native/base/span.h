// A view of contiguous elements: pointer and length (std::span arrives only with C++20).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/hints.h"

namespace cornu {

template <typename T>
class Span {
 public:
  constexpr Span() = default;
  CORNU_ALWAYS_INLINE constexpr Span(T* data, std::int64_t size) : data_(data), size_(size) {}

  CORNU_ALWAYS_INLINE constexpr T* data() const { return data_; }
  CORNU_ALWAYS_INLINE constexpr std::int64_t size() const { return size_; }
  CORNU_ALWAYS_INLINE constexpr bool empty() const { return size_ == 0; }
  CORNU_ALWAYS_INLINE constexpr T* begin() const { return data_; }
  CORNU_ALWAYS_INLINE constexpr T* end() const { return data_ + size_; }
  CORNU_ALWAYS_INLINE constexpr T& operator[](std::int64_t i) const { return data_[i]; }

 private:
  T* data_ = nullptr;
  std::int64_t size_ = 0;
};

}  // namespace cornu
