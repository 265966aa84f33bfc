"""Tests of `reconciler/datasets`."""
