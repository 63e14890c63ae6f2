"""Why evidence cannot be given or believed."""


class EvidenceError(Exception):
    """Evidence cannot be given."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class NoteInvalid(EvidenceError):
    """This is no checkpoint that the known key signed."""

    in_french = "ce n’est pas un point de contrôle signé par la clé connue."
    in_english = "this is no checkpoint signed by the known key."


class KeyMissing(EvidenceError):
    """There is no signing key here."""

    in_french = (
        "il n’y a pas de clé ici\N{NO-BREAK SPACE}: faites-la avec "
        "«\N{NO-BREAK SPACE}vigie audit keys\N{NO-BREAK SPACE}»."
    )
    in_english = "there is no key here: make one with “vigie audit keys”."


class HistoryBroken(EvidenceError):
    """The history does not hold: nothing is signed over it."""

    def __init__(self, case: str, seq: int) -> None:
        super().__init__(f"{case}, event {seq}")
        self.case, self.seq = case, seq
        self.in_french = (
            f"l’historique ne tient pas\N{NO-BREAK SPACE}: {case}, événement {seq}. Rien n’est signé."
        )
        self.in_english = f"the history does not hold: {case}, event {seq}. Nothing is signed."


class HoldNotFound(EvidenceError):
    """There is no such hold, or it was released already."""


class CertificateNotFound(EvidenceError):
    """No certificate has this code."""


class OnHold(EvidenceError):
    """A hold forbids to erase this."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__()
        self.reasons = reasons
