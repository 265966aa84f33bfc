"""Tests of `reconciler/model`."""
