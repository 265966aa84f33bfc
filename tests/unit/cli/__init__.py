"""Tests of `reconciler/cli`."""
