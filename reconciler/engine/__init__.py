"""Observe, execute, wait: the use cases."""

PARALLELISM = 10
"""Steps that run at the same time unless the operator says otherwise."""
