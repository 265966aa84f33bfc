"""What goes, what stays, and what must be meant."""
