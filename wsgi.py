"""The WSGI application of one server process: `granian wsgi:app`."""

import os

from tracker.app import application

app = application(os.environ)
