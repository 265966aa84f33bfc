"""Tests of the emulator, over a socket."""
