// How many threads the machine can use well.
#pragma once

namespace cornu {

// Physical cores this process may run on (by affinity and by the container's processor quota), at
// least 1. A second hardware thread of a core adds nothing to arithmetic that fills its units.
int usable_cores();

}  // namespace cornu
