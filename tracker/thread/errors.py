"""Why a message is not taken."""


class ThreadError(Exception):
    """A message was refused."""

    def __init__(self, *args: object) -> None:
        super().__init__(*(args or (self.__doc__,)))


class MessageEmpty(ThreadError):
    """A message says something."""


class NobodyToAnswer(ThreadError):
    """Nobody reported this case, or not under this number."""
