"""Observe, execute, wait: the use cases."""
