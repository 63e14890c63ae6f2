"""The application of one server process, for any WSGI server: `granian --interface wsgi wsgi:app`."""

from tracker.app import from_environment

app = from_environment()
