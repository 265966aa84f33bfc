"""Tests of `reconciler/render`."""
