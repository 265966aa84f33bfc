"""Specs and live state in, a plan out: golden files, each with the reason why it is there."""
