"""The HTTP edge: errors, languages, request ids, idempotency."""
