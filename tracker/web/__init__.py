"""Server-rendered faces over the public API."""
