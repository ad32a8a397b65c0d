"""The machine: its processor's name and the most arithmetic it can do."""

import os
import platform
import shutil
import subprocess
import time
from pathlib import Path


def processor() -> str:
    """The processor's model, its usable cores, and its vector instructions."""
    model, flags = platform.processor() or platform.machine(), ""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            model = value.strip()
        elif key.strip() == "flags":
            flags = value
    kinds = {"avx512f": "AVX-512", "avx2": "AVX2", "avx": "AVX"}
    vectors = next((name for flag, name in kinds.items() if flag in flags.split()), "")
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores{', ' + vectors if vectors else ''}"


class ForeignLoad:
    """What other programs took of the processor since this was made: a run beside them is noisy."""

    def __init__(self) -> None:
        self._start = self._now()

    def share(self) -> float:
        """Between 0 and 1. The children count as ours once they have been waited for."""
        wall, busy, own = (now - then for now, then in zip(self._now(), self._start))
        cores = os.cpu_count() or 1
        return max(0.0, busy - own) / max(wall * cores, 1e-9)

    @staticmethod
    def _now() -> tuple[float, float, float]:
        with open("/proc/stat") as stat:
            ticks = [int(field) for field in stat.readline().split()[1:9]]
        busy = (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")  # not idle, iowait
        times = os.times()
        own = times.user + times.system + times.children_user + times.children_system
        return time.monotonic(), busy, own


class Peak:
    """Measures the peak of float32 multiply-adds with a small C++ program, when there is g++."""

    def __init__(self, threads: int, folder: Path) -> None:
        self._threads = threads
        self._program = folder / "peak"
        compiler = shutil.which("g++") or shutil.which("c++")
        self._usable = compiler is not None
        if compiler is not None:
            folder.mkdir(parents=True, exist_ok=True)
            source = Path(__file__).with_name("peak.cpp")
            flags = ["-O3", "-std=c++17", "-march=native", "-ffp-contract=fast", "-pthread"]
            subprocess.run([compiler, *flags, str(source), "-o", str(self._program)], check=True)

    def measure(self) -> float | None:
        """GFLOP/s of all threads together; None without a compiler."""
        if not self._usable:
            return None
        command = [str(self._program), str(self._threads)]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
