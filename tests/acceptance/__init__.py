"""The smallest life on a real account that a person names, under a stated cost."""
