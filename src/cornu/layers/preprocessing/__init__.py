"""Layers that prepare data: scaling and standardising."""
