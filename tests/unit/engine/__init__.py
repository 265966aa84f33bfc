"""Tests of `reconciler/engine`."""
