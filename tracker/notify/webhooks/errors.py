"""Why a webhook cannot be kept."""


class WebhookError(Exception):
    """The webhook cannot be kept."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class WebhookNotFound(WebhookError):
    """There is no such webhook."""

    in_french = "Aucun webhook n’a cet identifiant."
    in_english = "No webhook has this identifier."


class UrlRefused(WebhookError):
    """A webhook's address is a public one, over https."""

    in_french = "L’adresse d’un webhook est publique et en https."
    in_english = "A webhook's address is a public one, over https."


class TooMany(WebhookError):
    """Twenty webhooks exist already."""

    in_french = "Il y a déjà vingt webhooks."
    in_english = "There are twenty webhooks already."
