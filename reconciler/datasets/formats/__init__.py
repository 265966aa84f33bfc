"""One checker for each format of training rows."""
