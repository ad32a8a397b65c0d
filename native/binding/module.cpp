// The Python module cornu._native: the only part of the engine that sees Python.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "base/error.h"
#include "binding/bindings.h"
#include "isa/kernel_table.h"
#include "pool/thread_pool.h"

namespace nb = nanobind;

NB_MODULE(_native, module) {
  module.doc() = "The CPU engine: elementwise programs, plans, threads, instruction sets.";
  nb::set_leak_warnings(false);
  nb::register_exception_translator([](const std::exception_ptr& pointer, void*) {
    try {
      std::rethrow_exception(pointer);
    } catch (const cornu::Error& error) {
      PyErr_SetString(PyExc_ValueError, error.what());
    }
  });

  module.def("num_threads", &cornu::num_threads, "Returns how many threads run kernels.");
  module.def("set_num_threads", &cornu::set_num_threads, nb::arg("count"),
             nb::call_guard<nb::gil_scoped_release>(),
             "Sets how many threads run kernels; results do not depend on it.");
  module.def(
      "instruction_set", [] { return nb::str(cornu::instruction_set()); },
      "Returns the name of the instruction set in use.");
  module.def(
      "set_instruction_set",
      [](const std::string& name) { cornu::set_instruction_set(name.c_str()); }, nb::arg("name"),
      "Chooses the instruction set of plans made from now on, or \"auto\".");
  module.def(
      "available_instruction_sets",
      [] {
        nb::list names;
        for (const char* const* name = cornu::available_instruction_sets(); *name; ++name) {
          names.append(nb::str(*name));
        }
        return names;
      },
      "Returns the instruction sets that this machine can run, best first.");

  bind_program(module);
  bind_plan(module);
}
