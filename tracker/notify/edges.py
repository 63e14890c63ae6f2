"""What the faces of the channels need of the application: its configuration for the town at hand."""

from tracker.http import edge
from tracker.notify.channels import configuration as configurations
from tracker.notify.channels.configuration import Configuration
from tracker.notify.keyring import Keyring


def configuration() -> Configuration:
    """Return how the channels of this request's jurisdiction are configured. Raises SettingInvalid."""
    settings = edge.settings()
    return configurations.read(settings.notify, edge.jurisdiction(), secret_key=settings.secret_key)


def keyring() -> Keyring:
    """Return the keys of this request's jurisdiction."""
    return Keyring(secret_key=edge.settings().secret_key, code=edge.jurisdiction())
