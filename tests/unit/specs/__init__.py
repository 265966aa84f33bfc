"""Tests of `reconciler/specs`."""
