// Aligned memory: owned buffers, and scratch that each thread keeps between kernel calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace cornu {

// A cache line, and the widest vector register.
inline constexpr std::size_t kAlignment = 64;

// `bytes` of zeroed memory aligned to kAlignment; throws std::bad_alloc. Large blocks ask the
// system for huge pages, which saves matrix products most of their TLB misses.
void* allocate_aligned(std::size_t bytes);
void free_aligned(void* pointer) noexcept;

// Owner of one aligned block. Movable, not copyable.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t bytes)
      : data_(bytes ? allocate_aligned(bytes) : nullptr), size_(bytes) {}
  ~AlignedBuffer() { free_aligned(data_); }
  AlignedBuffer(AlignedBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }

  unsigned char* data() const { return static_cast<unsigned char*>(data_); }
  std::size_t size() const { return size_; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

// Users of thread scratch that may be live at the same moment on one thread have different slots: a
// matrix product holds its tile while the epilogue's elementwise program holds its registers.
enum class ScratchSlot : int {
  kMatmulShared,
  kMatmulPackA,
  kMatmulPackB,
  kMatmulTile,
  kMatmulTranspose,
  kConvShared,
  kConvTile,
  kConvLists,
  kConvTransform,
  kElementwise,
  kReduce,
  kLayout,
  kSort,
  kGather,
  kOther,
  kCount,
};

// At least `bytes` of aligned memory of this thread and slot, with undefined contents. Grows on
// demand and is kept until the thread ends, so steady-state work allocates nothing.
void* thread_scratch(ScratchSlot slot, std::size_t bytes);

}  // namespace cornu
