"""The command line: options, composition root, exit codes."""
