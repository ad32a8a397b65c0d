"""Every test of this folder runs on each engine."""

from tests.engines import engine as engine
