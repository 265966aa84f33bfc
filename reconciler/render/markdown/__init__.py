"""Markdown for pull requests, step summaries and issues: GitHub's dialect, calm where it is shown elsewhere."""
