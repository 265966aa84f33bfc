"""The laws, tried on many inputs."""
