"""Traces of `tf.summary`: the graphs of the functions that run, and a profile of them."""

from __future__ import annotations

from typing import Any, NamedTuple

from cornu.profiler import Profile
from cornu.summaries import graphs, records
from cornu.summaries.traces import GraphTrace
from cornu.tf._recording import plain_text, record
from cornu.tf.profiler import start_profile, stop_profile


class _Tracing(NamedTuple):
    graphs: GraphTrace
    profiles: bool
    folder: Any


_tracing: _Tracing | None = None


def trace_on(graph: bool = True, profiler: bool = False, profiler_outdir: Any = None) -> None:
    """Starts to collect the graphs of the functions that run, and a profile if asked.

    Args:
        graph: Whether graphs are collected.
        profiler: Whether a profile is taken as well.
        profiler_outdir: Folder of its files; it can also be given to `trace_export`.

    Raises:
        AlreadyExistsError: When a profile is asked for while another is being taken.

    Example:
        >>> trace_on(graph=True)
        >>> trace_off()
    """
    global _tracing
    trace_off()
    if profiler:
        start_profile("" if profiler_outdir is None else plain_text(profiler_outdir))
    collected = GraphTrace()
    if graph:
        collected.start()
    _tracing = _Tracing(collected, profiler, profiler_outdir)


def trace_export(name: str, step: Any = None, profiler_outdir: Any = None) -> None:
    """Records what was collected since `trace_on`, and ends the trace.

    Args:
        name: Tag of the graphs.
        step: As in `scalar`.
        profiler_outdir: Folder of the profile's files, when one is taken.

    Raises:
        ValueError: When no trace is on, there is no step, or no folder for the profile.

    Example:
        >>> trace_on(graph=True)
        >>> trace_export("my function", step=0)
    """
    if _tracing is None:
        raise ValueError("tf.summary.trace_export: no trace is on. Call tf.summary.trace_on first.")
    tracing, folder = _tracing, profiler_outdir or _tracing.folder
    if tracing.profiles and folder is None:
        raise ValueError(
            "tf.summary.trace_export: a profile was taken, so profiler_outdir must be given."
        )
    collected = tracing.graphs.graphs
    record(
        lambda: records.graph_run(name, [graphs.graph_def(one) for one in collected]), name, step
    )
    profile = _end_trace()
    if profile is not None:
        profile.save(plain_text(folder))


def trace_off() -> None:
    """Ends a trace without a record.

    Example:
        >>> trace_off()
    """
    _end_trace()


def _end_trace() -> Profile | None:
    """Ends the trace if one is on; returns the profile if one was taken."""
    global _tracing
    tracing, _tracing = _tracing, None
    if tracing is None:
        return None
    tracing.graphs.stop()
    return stop_profile(save=False) if tracing.profiles else None
