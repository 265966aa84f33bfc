"""Talking to GitHub: comments on pull requests, one issue for drift, outputs of a step. Words come from `render`."""
