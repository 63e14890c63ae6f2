"""Why an order is not taken."""

from collections.abc import Sequence


class QueueError(Exception):
    """An order of work was refused."""

    def __init__(self, *args: object) -> None:
        super().__init__(*(args or (self.__doc__,)))


class NotInQueue(QueueError):
    """A case is not in this crew's queue: it ended, or another crew has it."""

    def __init__(self, numbers: Sequence[str]) -> None:
        super().__init__()
        self.numbers = tuple(numbers)


class NamedTwice(QueueError):
    """A case has one place in an order."""


class QueueChanged(QueueError):
    """The queue is not the one that was looked at any more."""
