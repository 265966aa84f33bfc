"""Training data that are not rows of the services in JSON Lines: what a file is, and its rows all the same."""
