"""Attention: outputs as means of values, weighted by how well queries match keys."""
