"""Signing in and out over HTTP, for the API and for the pages alike."""

from flask import Response, request

from tracker.accounts import service
from tracker.accounts.service import SignedIn
from tracker.http import credentials, csrf, edge, state


def sign_in(email: str, password: str) -> SignedIn:
    """Check who somebody is and begin their session, within the number of attempts that is allowed.

    Raises ForgerySuspected, TooManyAttempts, SignInRefused.
    """
    csrf.check_origin()
    attempts = state.parts().attempts
    address = request.remote_addr or "-"
    account = f"{email.strip().lower()[:200]} {address}"
    attempts.spend(account)
    attempts.spend(address)
    given = service.Credentials(email=email, password=password, previous_secret=credentials.presented())
    with edge.accounts_transaction(identify=False) as session:
        signed_in = service.sign_in(session, given, jurisdiction=edge.jurisdiction(), at=edge.clock())
    attempts.forget(account)
    attempts.forget(address)
    return signed_in


def begin(response: Response, signed_in: SignedIn) -> Response:
    """Give the browser its session's cookie."""
    lifetime_s = int(service.SESSION_LIFETIME.total_seconds())
    credentials.give(response, signed_in.secret, lifetime_s=lifetime_s)
    return response


def sign_out(response: Response) -> Response:
    """End the browser's session and take its cookie back. Raises ForgerySuspected."""
    with edge.accounts_transaction() as session:
        secret = credentials.presented()
        if secret is not None:
            service.sign_out(session, secret)
    credentials.take_back(response)
    return response
