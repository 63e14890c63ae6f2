"""Programs of others that want to hear of events: signed messages (Standard Webhooks 1.0)."""

from tracker.notify.webhooks.following import follow

__all__ = ["follow"]
