"""Layers that every family uses: inputs, Dense, Lambda, Identity, Wrapper."""
