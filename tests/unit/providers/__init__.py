"""Tests of `reconciler/providers`."""
