"""What can go wrong while the demo city is drawn or loaded."""

from __future__ import annotations


class DemoError(Exception):
    """La ville de démonstration n’a pas pu être préparée."""

    def __init__(self, message: str | None = None, **facts: object) -> None:
        super().__init__(message or type(self).__doc__)
        self.facts = facts


class UnknownSize(DemoError):
    """Cette taille de ville de démonstration n’existe pas."""


class ParameterMissing(DemoError):
    """Un paramètre de la ville de démonstration manque ou a la mauvaise forme."""


class CityUnsound(DemoError):
    """La ville dessinée ne tient pas : un secteur, une rue ou un équipement est fautif."""
