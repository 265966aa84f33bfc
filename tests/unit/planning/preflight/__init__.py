"""Preflight, one file a check, as in the package."""
