"""The Flask application: a request whose town changed under it is done again (docs/decisions/0026)."""

from flask import Flask, g, request
from flask.typing import ResponseReturnValue

from tracker.db import Moved
from tracker.http import state


class Application(Flask):
    """Flask, whose views may rely on what this process knows of the town before the database has said so."""

    def dispatch_request(self) -> ResponseReturnValue:
        """Answer the request; from the start, by what is so now, when the town has changed meanwhile.

        Only the first transaction of a request can find that out, before it has kept anything.
        """
        now = state.current()
        now.may_redo = True
        try:
            return super().dispatch_request()
        except Moved:
            _forget(now)
            return super().dispatch_request()
        finally:
            now.may_redo = False


def _forget(now: state.State) -> None:
    """Forget what the first attempt found out; the request's files are read from their beginning again."""
    for name in list(g):
        g.pop(name)
    g.state = state.State(request_id=now.request_id, began=now.began)
    if "files" in request.__dict__:
        for files in request.files.listvalues():
            for file in files:
                file.stream.seek(0)
