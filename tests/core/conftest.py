"""Tests that ask for `engine` run on each engine."""

from tests.engines import engine as engine
