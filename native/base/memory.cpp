#include "base/memory.h"

#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace cornu {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

struct ScratchBlocks {
  AlignedBuffer blocks[static_cast<int>(ScratchSlot::kCount)];
};

ScratchBlocks& scratch_of_this_thread() {
  thread_local ScratchBlocks blocks;
  return blocks;
}

}  // namespace

void* allocate_aligned(std::size_t bytes) {
  const std::size_t alignment = bytes >= 2 * kHugePage ? kHugePage : kAlignment;
  if (bytes > static_cast<std::size_t>(-1) - alignment) throw std::bad_alloc();
  const std::size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  void* pointer = nullptr;
  if (posix_memalign(&pointer, alignment, rounded) != 0) throw std::bad_alloc();
#if defined(__linux__)
  // Only advice: where huge pages are off nothing is lost.
  if (alignment == kHugePage) madvise(pointer, rounded / kHugePage * kHugePage, MADV_HUGEPAGE);
#endif
  std::memset(pointer, 0, rounded);
  return pointer;
}

void free_aligned(void* pointer) noexcept { std::free(pointer); }

void* thread_scratch(ScratchSlot slot, std::size_t bytes) {
  AlignedBuffer& block = scratch_of_this_thread().blocks[static_cast<int>(slot)];
  if (block.size() < bytes) {
    block = AlignedBuffer();  // never hold the old and the new block together
    block = AlignedBuffer(bytes + bytes / 4);
  }
  return block.data();
}

}  // namespace cornu
