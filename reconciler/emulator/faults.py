"""Faults to order: what goes wrong, with which requests, how often."""


class Faults:
    def clear(self) -> None:
        pass
