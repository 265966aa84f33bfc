"""One folder a room, one file a file."""
