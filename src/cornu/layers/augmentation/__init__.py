"""Layers that resize, crop and randomly change images."""
