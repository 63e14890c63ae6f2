"""What can be wrong with notices, their words, and the wish to hear."""

from collections.abc import Sequence


class NotifyError(Exception):
    """Something about notices was refused."""

    def __init__(self, *args: object) -> None:
        super().__init__(*(args or (self.__doc__,)))


class TemplateUnknown(NotifyError):
    """No notice has this name."""


class TemplateUnsound(NotifyError):
    """The words of a notice hold something they may not, or forget something they must say."""

    def __init__(self, faults: Sequence["Fault"]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)


class VersionUnknown(NotifyError):
    """This notice has no such version."""


class LanguageMissing(NotifyError):
    """A version is put to use once it is written in both languages."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.language = language


class LinkInvalid(NotifyError):
    """A signed link is not one of ours."""


class SubjectUnknown(NotifyError):
    """What somebody wishes to follow does not exist, or is not for everybody to see."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class TooManyWishes(NotifyError):
    """One person may follow a limited number of things."""


class AddressInvalid(NotifyError):
    """This is no e-mail address."""


class ChannelUnreachable(NotifyError):
    """A person left no address for a channel they ask for."""

    def __init__(self, channel: str) -> None:
        super().__init__(channel)
        self.channel = channel


class Fault:
    """One thing wrong with a template: in which language, which part, on which line."""

    def __init__(self, *, language: str, part: str, line: int, kind: str, name: str = "") -> None:
        self.language, self.part, self.line, self.kind, self.name = language, part, line, kind, name

    def __str__(self) -> str:
        return f"{self.language}.{self.part}:{self.line}: {self.kind} {self.name}".rstrip()
