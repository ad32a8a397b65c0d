#!/usr/bin/env bash
# Builds the native engine with sanitizers and runs tests under them.
#   tests/native/sanitize.sh address [pytest arguments]   ASan + UBSan: C++ programs and Python tests
#   tests/native/sanitize.sh thread                       TSan: the C++ programs (pool, executor, kernels)
set -euo pipefail
cd "$(dirname "$0")/../.."

kind=${1:?address or thread}
shift
case $kind in
  address) sanitizers=address,undefined; runtime=libasan.so ;;
  thread) sanitizers=thread; runtime= ;;
  *) echo "unknown kind '$kind': address or thread" >&2; exit 2 ;;
esac

venv=$PWD/.venv/bin
build=build/$kind
jobs=$(getconf _NPROCESSORS_ONLN)
export PATH="$venv:$PATH"
cmake -S . -B "$build" -G Ninja --log-level=WARNING -DPython_EXECUTABLE="$venv/python" \
  -DCMAKE_BUILD_TYPE=Release -DCORNU_SANITIZE="$sanitizers" -DCORNU_TESTS=ON
cmake --build "$build" --parallel "$jobs"

export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
ASAN_OPTIONS=detect_leaks=1 ctest --test-dir "$build" --output-on-failure --no-tests=error
[ "$kind" = address ] || exit 0

# The same sources as src/cornu, with the instrumented extension beside them.
rm -rf "$build/src"
mkdir -p "$build/src"
cp -R src/cornu "$build/src/cornu"
rm -f "$build"/src/cornu/_native*.so
cp "$build"/_native*.so "$build/src/cornu/"
# The editable install would find src/cornu first.
echo 'import sys
sys.meta_path[:] = [f for f in sys.meta_path if not type(f).__module__.startswith("_editable")]' \
  > "$build/src/sitecustomize.py"

# Python keeps memory until it exits, so leaks are looked for in the C++ programs only.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
compiler=${CXX:-g++}
PYTHONPATH="$PWD/$build/src" LD_PRELOAD="$("$compiler" -print-file-name=$runtime) $("$compiler" -print-file-name=libstdc++.so.6)" \
  "$venv/python" -m pytest -o pythonpath="$build/src ." -p no:cacheprovider \
  -m "not keras and not slow" -o timeout=600 "$@"
