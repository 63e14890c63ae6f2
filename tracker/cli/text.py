"""The command line's two languages.

Pairs in place rather than gettext: these words must be there before set-up has compiled any catalogue.
"""

from __future__ import annotations

import os
from typing import Any

import click


def is_english() -> bool:
    """Tell whether the terminal asks for English; French otherwise."""
    wanted = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    if wanted.partition(".")[0] not in ("C", "POSIX"):  # the "no translation" locales choose no language
        wanted = os.environ.get("LANGUAGE") or wanted
    return wanted.startswith("en")


def pick(*, fr: str, en: str) -> str:
    """Return the text in the terminal's language."""
    return en if is_english() else fr


def say(*, fr: str, en: str) -> None:
    """Tell the operator something: on stderr, so that stdout stays data."""
    click.echo(pick(fr=fr, en=en), err=True)


class Failure(click.ClickException):
    """A command that could not do its work: one sentence on stderr, exit code 1."""

    def __init__(self, *, fr: str, en: str) -> None:
        super().__init__(pick(fr=fr, en=en))

    def show(self, file: Any = None) -> None:
        click.echo(f"vigie: {self.message}", file=file, err=file is None)


class Command(click.Command):
    """A command whose docstring is its English help and `fr` its French help."""

    def __init__(self, *args: Any, fr: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fr = fr

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.fr and not is_english():
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(self.fr)
        else:
            super().format_help_text(ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        if self.fr and not is_english():
            return self.fr.partition("\n")[0]
        return super().get_short_help_str(limit)


class Group(Command, click.Group):
    """A group with help in both languages, whose commands have it too."""

    command_class = Command
