"""Data on their way to a model: pipelines, text and sequences, images from files."""
