// Plan: building and running, from Python.
#include "program/plan.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <tuple>

#include "binding/bindings.h"

namespace nb = nanobind;
using cornu::DType;
using cornu::Error;
using cornu::Plan;
using cornu::Shape;

namespace {

cornu::SortProblem sort_problem(int dtype, std::int64_t outer, std::int64_t length,
                                std::int64_t inner) {
  return {dtype_of(dtype), outer, length, inner};
}

// kind: forward, gradient of the image, gradient of the kernel. Axes come in threes.
cornu::ConvProblem conv_problem(int dtype, int kind, const Shape& sizes, const Shape& input,
                                const Shape& window, const Shape& output, const Shape& strides,
                                const Shape& padding, const Shape& dilation) {
  if (kind < 0 || kind > 2) throw Error("conv: unknown kind");
  if (sizes.size() != 4) throw Error("conv: sizes are batch, channels, filters and groups");
  cornu::ConvProblem problem;
  problem.dtype = dtype_of(dtype);
  problem.kind = static_cast<cornu::ConvKind>(kind);
  problem.batch = sizes[0];
  problem.channels = sizes[1];
  problem.filters = sizes[2];
  problem.groups = sizes[3];
  const auto set = [](const Shape& from, std::int64_t* to) {
    if (from.size() != cornu::kConvAxes) throw Error("conv: every setting has three axes");
    for (std::size_t i = 0; i < from.size(); ++i) to[i] = from[i];
  };
  set(input, problem.input);
  set(window, problem.window);
  set(output, problem.output);
  set(strides, problem.strides);
  set(padding, problem.padding);
  set(dilation, problem.dilation);
  return problem;
}

cornu::NdProblem nd_problem(int dtype, int index_dtype, const Shape& dims, std::int64_t inner,
                            std::int64_t count) {
  if (dims.size() > static_cast<std::size_t>(cornu::kMaxRank)) {
    throw Error("plan: more than 8 indexed dimensions");
  }
  cornu::NdProblem problem;
  problem.dtype = dtype_of(dtype);
  problem.index_dtype = dtype_of(index_dtype);
  problem.depth = static_cast<int>(dims.size());
  for (std::size_t i = 0; i < dims.size(); ++i) problem.dims[i] = dims[i];
  problem.inner = inner;
  problem.count = count;
  return problem;
}

// Calls a Python function with one memoryview for each view, those after `inputs` writable.
void host_call(Plan& plan, nb::object function, const ViewTuples& views, const Shape& bytes,
               int inputs) {
  // The plan may be freed by a thread without the interpreter's lock.
  const std::shared_ptr<nb::object> held(new nb::object(std::move(function)), [](nb::object* p) {
    const nb::gil_scoped_acquire lock;
    delete p;
  });
  plan.host_call(
      [held, bytes, inputs](void* const* pointers) {
        const nb::gil_scoped_acquire lock;
        nb::list arguments;
        static char nothing[1];
        for (std::size_t i = 0; i < bytes.size(); ++i) {
          char* data = bytes[i] ? static_cast<char*>(pointers[i]) : nothing;
          arguments.append(nb::steal(PyMemoryView_FromMemory(
              data, bytes[i], static_cast<int>(i) < inputs ? PyBUF_READ : PyBUF_WRITE)));
        }
        (*held)(*nb::tuple(arguments));
      },
      views_of(views), bytes);
}

// Pointers of a list of arrays, checked for number and size.
class Pointers {
 public:
  Pointers(const char* what, nb::handle arrays, const std::vector<std::int64_t>& expected,
           bool writable) {
    PyObject* sequence = arrays.ptr();
    const bool is_list = PyList_Check(sequence);
    if (!is_list && !PyTuple_Check(sequence)) {
      throw nb::type_error("Plan: buffers come as a list or tuple");
    }
    const auto count = static_cast<std::size_t>(PySequence_Fast_GET_SIZE(sequence));
    if (count != expected.size()) {
      throw Error("Plan: expected " + std::to_string(expected.size()) + " " + what + "; got " +
                  std::to_string(count));
    }
    held_.reserve(count);
    pointers_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      held_.emplace_back(PySequence_Fast_GET_ITEM(sequence, static_cast<Py_ssize_t>(i)), writable);
      if (held_.back().bytes() != expected[i]) {
        throw Error("Plan: number " + std::to_string(i) + " of the " + what + " has " +
                    std::to_string(held_.back().bytes()) + " bytes; expected " +
                    std::to_string(expected[i]));
      }
      pointers_.push_back(held_.back().data());
    }
  }
  void* const* data() const { return pointers_.data(); }

 private:
  std::vector<HeldBuffer> held_;
  std::vector<void*> pointers_;
};

// Below this the lock costs more than it gives to others.
constexpr std::int64_t kReleaseWork = 200000;

void run(const Plan& plan, nb::handle variables, nb::handle inputs, nb::handle outputs) {
  const Pointers v("variables", variables, plan.variable_bytes(), true);
  const Pointers i("inputs", inputs, plan.input_bytes(), false);
  const Pointers o("outputs", outputs, plan.output_bytes(), true);
  if (plan.work() < kReleaseWork) {
    plan.run(v.data(), i.data(), o.data());
  } else {
    const nb::gil_scoped_release unlocked;
    plan.run(v.data(), i.data(), o.data());
  }
}

// (array, dtype number, rows, elements of a row)
using SourceTuple = std::tuple<nb::object, int, std::int64_t, std::int64_t>;

std::int64_t run_steps(const Plan& plan, nb::handle variables,
                       const std::vector<SourceTuple>& sources, nb::handle index,
                       std::int64_t first, std::int64_t steps, double seconds, nb::handle outputs) {
  const Pointers v("variables", variables, plan.variable_bytes(), true);
  const Pointers o("outputs", outputs, plan.output_bytes(), true);
  const HeldBuffer chosen(index, false);
  std::vector<HeldBuffer> held;
  std::vector<cornu::Source> arrays;
  for (const auto& [array, dtype, rows, row_size] : sources) {
    held.emplace_back(array, false);
    cornu::Source source{held.back().data(), dtype_of(dtype), rows, row_size, row_size};
    std::int64_t bytes = 0;
    if (rows < 0 || row_size < 0 || __builtin_mul_overflow(rows, row_size, &bytes) ||
        __builtin_mul_overflow(bytes, size_of(source.dtype), &bytes) ||
        bytes != held.back().bytes()) {
      throw Error("run_steps: a source has not the size that was said");
    }
    arrays.push_back(source);
  }
  const nb::gil_scoped_release unlocked;
  return plan.run_steps(v.data(), arrays, static_cast<const std::int64_t*>(chosen.data()),
                        chosen.bytes() / 8, first, steps, seconds, o.data());
}

nb::list profile(const Plan& plan) {
  nb::list rows;
  for (const cornu::InstructionTime& time : plan.profile()) {
    rows.append(nb::make_tuple(time.calls, time.nanoseconds, time.fastest));
  }
  return rows;
}

nb::bytes take_events(const Plan& plan) {
  const std::vector<cornu::InstructionEvent> events = plan.take_events();
  static_assert(sizeof(cornu::InstructionEvent) == 3 * sizeof(std::int64_t));
  return nb::bytes(reinterpret_cast<const char*>(events.data()),
                   events.size() * sizeof(cornu::InstructionEvent));
}

void bind_buffers(nb::class_<Plan>& plan) {
  plan.def("arena", &Plan::add_arena, nb::arg("offset"), nb::arg("nbytes"),
           "Adds a part of the arena.")
      .def(
          "constant",
          [](Plan& self, nb::handle array) {
            const HeldBuffer held(array, false);
            return self.add_constant(held.data(), held.bytes());
          },
          nb::arg("array"), "Adds a copy of an array.")
      .def("variable", &Plan::add_variable, nb::arg("nbytes"),
           "Adds memory that each run brings and that it may change.")
      .def(
          "input",
          [](Plan& self, int dtype, std::int64_t rows, std::int64_t row_size) {
            return self.add_input(dtype_of(dtype), rows, row_size);
          },
          nb::arg("dtype"), nb::arg("rows"), nb::arg("row_size"),
          "Adds an input; run_steps fills it with `rows` rows of a source.")
      .def("output", &Plan::add_output, nb::arg("nbytes"), "Adds memory for a result.")
      .def("last_only", &Plan::set_last_only, nb::arg("enabled"),
           "Whether the instructions that follow run only when outputs are wanted.")
      .def("finalize", &Plan::finalize, nb::arg("arena_bytes"), "Ends building.");
}

void bind_instructions(nb::class_<Plan>& plan) {
  plan.def(
          "elementwise",
          [](Plan& self, const ProgramBuilder& program, const Shape& shape,
             const ViewTuples& operands, const ViewTuples& outputs, const ViewTuples& tails,
             bool reduce_leading, int reduce_begin) {
            self.elementwise(program.program, shape, views_of(operands), views_of(outputs),
                             views_of(tails), reduce_leading, reduce_begin);
          },
          nb::arg("program"), nb::arg("shape"), nb::arg("operands"), nb::arg("outputs"),
          nb::arg("tails"), nb::arg("reduce_leading"), nb::arg("reduce_begin"),
          "Runs a program over all indices of a shape. Tails reduce the dimensions from "
          "reduce_begin on, or those before it.")
      .def(
          "matmul",
          [](Plan& self, int dtype, std::int64_t runs, std::int64_t batch, std::int64_t m,
             std::int64_t n, std::int64_t k, const ViewTuple& a, const ViewTuple& b,
             const ViewTuple& c) {
            self.matmul(dtype_of(dtype), runs, batch, m, n, k, view_of(a), view_of(b), view_of(c));
          },
          nb::arg("dtype"), nb::arg("runs"), nb::arg("batch"), nb::arg("m"), nb::arg("n"),
          nb::arg("k"), nb::arg("a"), nb::arg("b"), nb::arg("c"),
          "c[run, batch, m, n] = a[run, batch, m, k] @ b[run, batch, k, n]; rows of c are "
          "contiguous.")
      .def(
          "matmul_epilogue",
          [](Plan& self, int dtype, std::int64_t runs, std::int64_t batch, std::int64_t m,
             std::int64_t n, std::int64_t k, const ViewTuple& a, const ViewTuple& b,
             const ProgramBuilder& program, const ViewTuples& operands, const ViewTuples& outputs) {
            self.matmul_epilogue(dtype_of(dtype), runs, batch, m, n, k, view_of(a), view_of(b),
                                 program.program, views_of(operands), views_of(outputs));
          },
          nb::arg("dtype"), nb::arg("runs"), nb::arg("batch"), nb::arg("m"), nb::arg("n"),
          nb::arg("k"), nb::arg("a"), nb::arg("b"), nb::arg("program"), nb::arg("operands"),
          nb::arg("outputs"),
          "A matrix product of which each finished tile goes through a program as its operand 0; "
          "the views of operands and outputs have strides for entry, row and column.")
      .def(
          "reduce",
          [](Plan& self, int dtype, int kind, const Shape& shape, const std::vector<bool>& reduced,
             const ViewTuple& x, const ViewTuple& result) {
            self.reduce(dtype_of(dtype), kind_of(kind), shape, reduced, view_of(x),
                        view_of(result));
          },
          nb::arg("dtype"), nb::arg("kind"), nb::arg("shape"), nb::arg("reduced"), nb::arg("x"),
          nb::arg("result"), "Reduces the flagged dimensions of a strided array.")
      .def(
          "arg_reduce",
          [](Plan& self, int dtype, int kind, int index_dtype, std::int64_t outer,
             std::int64_t length, std::int64_t inner, const ViewTuple& x, const ViewTuple& result) {
            self.arg_reduce(
                {dtype_of(dtype), kind_of(kind), dtype_of(index_dtype), outer, length, inner},
                view_of(x), view_of(result));
          },
          nb::arg("dtype"), nb::arg("kind"), nb::arg("index_dtype"), nb::arg("outer"),
          nb::arg("length"), nb::arg("inner"), nb::arg("x"), nb::arg("result"),
          "Position of the first extreme along the middle axis of [outer, length, inner].")
      .def(
          "copy",
          [](Plan& self, std::int64_t element_size, const Shape& shape, const ViewTuple& source,
             const ViewTuple& target) {
            self.copy(element_size, shape, view_of(source), view_of(target));
          },
          nb::arg("element_size"), nb::arg("shape"), nb::arg("source"), nb::arg("target"),
          "Copies between strided layouts.")
      .def(
          "dynamic_slice",
          [](Plan& self, std::int64_t element_size, const Shape& shape, const Shape& sizes,
             const ViewTuple& x, const ViewTuple& starts, const ViewTuple& result) {
            self.dynamic_slice(element_size, shape, sizes, view_of(x), view_of(starts),
                               view_of(result));
          },
          nb::arg("element_size"), nb::arg("shape"), nb::arg("sizes"), nb::arg("x"),
          nb::arg("starts"), nb::arg("result"),
          "Copies the part of a dense array that begins at clamped int32 `starts`.")
      .def(
          "dynamic_update_slice",
          [](Plan& self, std::int64_t element_size, const Shape& shape, const Shape& sizes,
             const ViewTuple& x, const ViewTuple& update, const ViewTuple& starts) {
            self.dynamic_update_slice(element_size, shape, sizes, view_of(x), view_of(update),
                                      view_of(starts));
          },
          nb::arg("element_size"), nb::arg("shape"), nb::arg("sizes"), nb::arg("x"),
          nb::arg("update"), nb::arg("starts"), "Overwrites a part of a dense array in place.");
}

void bind_convolutions(nb::class_<Plan>& plan) {
  plan.def(
          "conv",
          [](Plan& self, int dtype, int kind, const Shape& sizes, const Shape& input,
             const Shape& window, const Shape& output, const Shape& strides, const Shape& padding,
             const Shape& dilation, const ViewTuple& a, const ViewTuple& b, const ViewTuple& c) {
            self.conv(
                conv_problem(dtype, kind, sizes, input, window, output, strides, padding, dilation),
                view_of(a), view_of(b), view_of(c));
          },
          nb::arg("dtype"), nb::arg("kind"), nb::arg("sizes"), nb::arg("input"), nb::arg("window"),
          nb::arg("output"), nb::arg("strides"), nb::arg("padding"), nb::arg("dilation"),
          nb::arg("a"), nb::arg("b"), nb::arg("c"),
          "A convolution (kind 0), or its gradient by image (1) or kernel (2), of dense arrays.")
      .def(
          "conv_epilogue",
          [](Plan& self, int dtype, int kind, const Shape& sizes, const Shape& input,
             const Shape& window, const Shape& output, const Shape& strides, const Shape& padding,
             const Shape& dilation, const ViewTuple& a, const ViewTuple& b,
             const ProgramBuilder& program, const ViewTuples& operands, const ViewTuples& outputs) {
            self.conv_epilogue(
                conv_problem(dtype, kind, sizes, input, window, output, strides, padding, dilation),
                view_of(a), view_of(b), program.program, views_of(operands), views_of(outputs));
          },
          nb::arg("dtype"), nb::arg("kind"), nb::arg("sizes"), nb::arg("input"), nb::arg("window"),
          nb::arg("output"), nb::arg("strides"), nb::arg("padding"), nb::arg("dilation"),
          nb::arg("a"), nb::arg("b"), nb::arg("program"), nb::arg("operands"), nb::arg("outputs"),
          "A convolution of which each finished part goes through a program as its operand 0; "
          "views have strides for batch (of one), rows and the last axis.");
}

void bind_gathers(nb::class_<Plan>& plan) {
  plan.def(
          "take",
          [](Plan& self, int dtype, int index_dtype, std::int64_t outer, std::int64_t length,
             std::int64_t inner, std::int64_t count, const ViewTuple& x, const ViewTuple& indices,
             const ViewTuple& result) {
            self.take({dtype_of(dtype), dtype_of(index_dtype), outer, length, inner, count},
                      view_of(x), view_of(indices), view_of(result));
          },
          nb::arg("dtype"), nb::arg("index_dtype"), nb::arg("outer"), nb::arg("length"),
          nb::arg("inner"), nb::arg("count"), nb::arg("x"), nb::arg("indices"), nb::arg("result"),
          "result[outer, count, inner] = x[outer, indices, inner].")
      .def(
          "take_sum",
          [](Plan& self, int dtype, int index_dtype, std::int64_t length, std::int64_t inner,
             std::int64_t count, std::int64_t bag, const ViewTuple& x, const ViewTuple& indices,
             const ViewTuple& result) {
            self.take_sum({dtype_of(dtype), dtype_of(index_dtype), 1, length, inner, count}, bag,
                          view_of(x), view_of(indices), view_of(result));
          },
          nb::arg("dtype"), nb::arg("index_dtype"), nb::arg("length"), nb::arg("inner"),
          nb::arg("count"), nb::arg("bag"), nb::arg("x"), nb::arg("indices"), nb::arg("result"),
          "result[count / bag, inner] = sums of `bag` rows x[indices, inner] each.")
      .def(
          "take_back",
          [](Plan& self, int dtype, int index_dtype, std::int64_t outer, std::int64_t length,
             std::int64_t inner, std::int64_t count, std::int64_t run, const ViewTuple& g,
             const ViewTuple& indices, const ViewTuple& result) {
            self.take_back({dtype_of(dtype), dtype_of(index_dtype), outer, length, inner, count},
                           run, view_of(g), view_of(indices), view_of(result));
          },
          nb::arg("dtype"), nb::arg("index_dtype"), nb::arg("outer"), nb::arg("length"),
          nb::arg("inner"), nb::arg("count"), nb::arg("run"), nb::arg("g"), nb::arg("indices"),
          nb::arg("result"),
          "result = zeros with g[outer, count, inner] added at the indices. The view of g has no "
          "strides when it is dense, else those from run to run of indices and within a run.")
      .def(
          "take_back_epilogue",
          [](Plan& self, int dtype, int index_dtype, std::int64_t outer, std::int64_t length,
             std::int64_t inner, std::int64_t count, std::int64_t run, const ViewTuple& g,
             const ViewTuple& indices, const ProgramBuilder& program, const ViewTuples& operands,
             const ViewTuples& outputs) {
            self.take_back_epilogue(
                {dtype_of(dtype), dtype_of(index_dtype), outer, length, inner, count}, run,
                view_of(g), view_of(indices), program.program, views_of(operands),
                views_of(outputs));
          },
          nb::arg("dtype"), nb::arg("index_dtype"), nb::arg("outer"), nb::arg("length"),
          nb::arg("inner"), nb::arg("count"), nb::arg("run"), nb::arg("g"), nb::arg("indices"),
          nb::arg("program"), nb::arg("operands"), nb::arg("outputs"),
          "take_back of which each tile of rows goes through a program as its operand 0.")
      .def(
          "gather_nd",
          [](Plan& self, int dtype, int index_dtype, const Shape& dims, std::int64_t inner,
             std::int64_t count, const ViewTuple& x, const ViewTuple& indices,
             const ViewTuple& result) {
            self.gather_nd(nd_problem(dtype, index_dtype, dims, inner, count), view_of(x),
                           view_of(indices), view_of(result));
          },
          nb::arg("dtype"), nb::arg("index_dtype"), nb::arg("dims"), nb::arg("inner"),
          nb::arg("count"), nb::arg("x"), nb::arg("indices"), nb::arg("result"),
          "result[count, inner] = x at index tuples over its first dimensions `dims`.")
      .def(
          "scatter_nd",
          [](Plan& self, int dtype, int index_dtype, const Shape& dims, std::int64_t inner,
             std::int64_t count, int mode, const ViewTuple& x, const ViewTuple& indices,
             const ViewTuple& updates, const ViewTuple& result) {
            if (mode < 0 || mode > 4) throw Error("scatter_nd: unknown mode");
            self.scatter_nd(nd_problem(dtype, index_dtype, dims, inner, count),
                            static_cast<cornu::ScatterMode>(mode), view_of(x), view_of(indices),
                            view_of(updates), view_of(result));
          },
          nb::arg("dtype"), nb::arg("index_dtype"), nb::arg("dims"), nb::arg("inner"),
          nb::arg("count"), nb::arg("mode"), nb::arg("x"), nb::arg("indices"), nb::arg("updates"),
          nb::arg("result"),
          "result = x with updates[count, inner] applied; the modes are add, "
          "set, max, min, mul.")
      .def(
          "sort",
          [](Plan& self, int dtype, std::int64_t outer, std::int64_t length, std::int64_t inner,
             const ViewTuple& x, const ViewTuple& result) {
            self.sort(sort_problem(dtype, outer, length, inner), view_of(x), view_of(result));
          },
          nb::arg("dtype"), nb::arg("outer"), nb::arg("length"), nb::arg("inner"), nb::arg("x"),
          nb::arg("result"), "Sorts along the middle axis of [outer, length, inner].")
      .def(
          "argsort",
          [](Plan& self, int dtype, std::int64_t outer, std::int64_t length, std::int64_t inner,
             const ViewTuple& x, const ViewTuple& indices) {
            self.argsort(sort_problem(dtype, outer, length, inner), view_of(x), view_of(indices));
          },
          nb::arg("dtype"), nb::arg("outer"), nb::arg("length"), nb::arg("inner"), nb::arg("x"),
          nb::arg("indices"), "int32 positions that sort along the middle axis.")
      .def(
          "top_k",
          [](Plan& self, int dtype, std::int64_t outer, std::int64_t length, std::int64_t k,
             const ViewTuple& x, const ViewTuple& values, const ViewTuple& indices) {
            self.top_k(sort_problem(dtype, outer, length, 1), k, view_of(x), view_of(values),
                       view_of(indices));
          },
          nb::arg("dtype"), nb::arg("outer"), nb::arg("length"), nb::arg("k"), nb::arg("x"),
          nb::arg("values"), nb::arg("indices"), "The k largest of each row, and their places.")
      .def(
          "cumulative",
          [](Plan& self, int dtype, int kind, bool reverse, std::int64_t outer, std::int64_t length,
             std::int64_t inner, const ViewTuple& x, const ViewTuple& result) {
            self.cumulative({dtype_of(dtype), kind_of(kind), reverse, outer, length, inner},
                            view_of(x), view_of(result));
          },
          nb::arg("dtype"), nb::arg("kind"), nb::arg("reverse"), nb::arg("outer"),
          nb::arg("length"), nb::arg("inner"), nb::arg("x"), nb::arg("result"),
          "Running sums, products, maxima or minima along the middle axis.")
      .def(
          "random_bits",
          [](Plan& self, std::int64_t count, const ViewTuple& key, const ViewTuple& result) {
            self.random_bits(count, view_of(key), view_of(result));
          },
          nb::arg("count"), nb::arg("key"), nb::arg("result"), "Threefry bits of a key.")
      .def("host_call", &host_call, nb::arg("function"), nb::arg("views"), nb::arg("nbytes"),
           nb::arg("inputs"),
           "Calls a Python function with a memoryview of each view; the first `inputs` of them "
           "are read-only.");
}

}  // namespace

void bind_plan(nb::module_& module) {
  nb::class_<Plan> plan(module, "Plan",
                        "Instructions over buffers, prepared once and run many times. Buffers are "
                        "known by number; a view of one is (buffer, byte offset, strides).");
  plan.def(nb::init<>());
  bind_buffers(plan);
  bind_instructions(plan);
  bind_convolutions(plan);
  bind_gathers(plan);
  bind_control(plan);
  bind_windows(plan);
  plan.def("run", &run, nb::arg("variables"), nb::arg("inputs"), nb::arg("outputs"),
           "Runs all instructions once; each argument is a list of C-contiguous arrays.")
      .def("run_steps", &run_steps, nb::arg("variables"), nb::arg("sources"), nb::arg("index"),
           nb::arg("first"), nb::arg("steps"), nb::arg("seconds"), nb::arg("outputs"),
           "Runs steps on rows of the sources, each (array, dtype number, rows, elements of a "
           "row), and returns how many were done.")
      .def("set_profiling", &Plan::set_profiling, nb::arg("enabled"),
           "Starts, from zero, or stops taking the time of each instruction.")
      .def("profile", &profile,
           "Returns (calls, nanoseconds, nanoseconds of the quickest call) for each instruction; "
           "those "
           "of bodies follow the one they belong to.")
      .def("take_events", &take_events,
           "Returns the calls since profiling started or this was last called, at most 65,536 of a "
           "plan, as int64 triples: place of the instruction in profile(), begin in nanoseconds "
           "since set_profiling, nanoseconds.")
      .def_prop_ro("arena_bytes", &Plan::arena_bytes, "Size of the arena.")
      .def_prop_ro("frame_bytes", &Plan::frame_bytes, "Memory for a run as the body of a plan.")
      .def_prop_ro("work", &Plan::work, "Rough number of elementary operations of a run.")
      .def_prop_ro("instruction_count", &Plan::instruction_count, "Number of instructions.")
      .def("__str__", &Plan::describe);
}
