"""Engines: what runs primitives and graphs. Only the package root chooses among them."""
