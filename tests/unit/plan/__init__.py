"""Tests of `reconciler/plan`."""
