"""Passes: pure functions from Graph to Graph, one per file."""
