"""Training files, read once, streaming."""
