"""Facts about the vendors as data, each with the day it was read."""
