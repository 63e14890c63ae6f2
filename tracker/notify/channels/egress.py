"""HTTP towards addresses that strangers chose: public machines only, over TLS, without being led elsewhere.

The name is resolved once, every address it has is checked, and the connection goes to a checked address: a
name that answers differently the second time (DNS rebinding) gains nothing. Redirects are not followed,
answers are read up to a limit, and one hand-off has one deadline however slowly the other side drips.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

from tracker.clock import system_clock

ANSWER_LIMIT = 64 * 1024
URL_LIMIT = 2_000
LONGEST_RETRY_AFTER_S = 6 * 3600.0
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")


class AddressRefused(Exception):
    """An address leads where nothing of ours may be sent."""


class Unreachable(Exception):
    """No answer. `is_unsure` when the request had left by then."""

    def __init__(self, reason: str, *, is_unsure: bool = False) -> None:
        super().__init__(reason)
        self.is_unsure = is_unsure


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the other side said; `retry_after_s` is its Retry-After, in seconds, if it gave one."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def retry_after_s(self) -> float | None:
        return retry_after(self.headers.get("retry-after"))


def retry_after(said: str | None) -> float | None:
    """Return a Retry-After in seconds (RFC 9110 §10.2.3: seconds or a date), at most six hours."""
    if not said:
        return None
    seconds: float | None = None
    if said.strip().isdigit():
        seconds = float(said[:9])
    else:
        with suppress(ValueError, TypeError):
            seconds = (parsedate_to_datetime(said) - system_clock()).total_seconds()
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S)


def check(url: str, *, allows_loopback: bool = False) -> SplitResult:
    """Return the parts of an address that may be written to, by its looks alone. Raises AddressRefused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("not an address") from error
    if len(url) > URL_LIMIT or not url.isascii() or any(ord(each) <= 32 for each in url):
        raise AddressRefused("not an address")
    if not parts.hostname or parts.username is not None or port == 0:
        raise AddressRefused("not an address")
    if parts.scheme != "https" and not (parts.scheme == "http" and allows_loopback):
        raise AddressRefused("https only")
    return parts


def resolve(parts: SplitResult, *, allows_loopback: bool = False) -> str:
    """Return one address of a host, after having checked all of them. Raises AddressRefused, Unreachable."""
    assert parts.hostname
    port = parts.port or {"https": 443}.get(parts.scheme, 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"name: {error}") from error
    chosen = [str(each[4][0]) for each in found]
    if not chosen or not all(_is_allowed(each, allows_loopback) for each in chosen):
        raise AddressRefused("not a public address")
    return chosen[0]


def _is_allowed(address: str, allows_loopback: bool) -> bool:
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if ip in _LOCAL_NAT64 or ip.is_site_local:
            return False
        ip = inner or ip
    if ip.is_loopback:
        return allows_loopback
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


class _Pinned(http.client.HTTPConnection):
    """A connection to a checked address, under the name that was asked for."""

    def __init__(self, parts: SplitResult, ip: str, timeout_s: float, context: ssl.SSLContext | None) -> None:
        host = parts.hostname or ""
        super().__init__(f"[{host}]" if ":" in host else host, parts.port or (443 if context else 80),
                         timeout=timeout_s)  # fmt: skip
        self._ip, self._context, self._name = ip, context, host
        if context is not None:
            self.default_port = 443

    def connect(self) -> None:
        self.sock = socket.create_connection((self._ip, self.port), self.timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self._name)


class Client:
    """Requests of one batch; a connection is kept for the next request to the same place."""

    def __init__(
        self, *, timeout_s: float, allows_loopback: bool = False, is_guarded: bool = True,
        ca_file: str | None = None,
    ) -> None:  # fmt: skip
        self._timeout_s, self._allows_loopback = timeout_s, allows_loopback
        self._is_guarded = is_guarded
        self._ca_file = ca_file
        self._made: ssl.SSLContext | None = None
        self._kept: dict[tuple[str, str], _Pinned] = {}

    def close(self) -> None:
        """Close what is open."""
        for connection in self._kept.values():
            connection.close()
        self._kept.clear()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post bytes. Raises AddressRefused, Unreachable."""
        return self.request("POST", url, body, headers)

    def request(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Ask once. A kept connection that the other side had closed is opened anew, before anything left.

        Raises AddressRefused, Unreachable.
        """
        parts = check(url, allows_loopback=self._allows_loopback or not self._is_guarded)
        place = (parts.scheme, parts.netloc)
        connection = self._kept.pop(place, None)
        if connection is not None and _is_closed(connection):
            connection.close()
            connection = None
        if connection is None:
            connection = self._open(parts)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        answer = self._ask(connection, method, target, body, headers)
        if connection.sock is not None:
            self._kept[place] = connection
        return answer

    def _context(self) -> ssl.SSLContext:
        """Read the authorities with the first request over TLS: that takes 50 ms."""
        if self._made is None:
            self._made = ssl.create_default_context(cafile=self._ca_file)
        return self._made

    def _open(self, parts: SplitResult) -> _Pinned:
        if self._is_guarded:
            ip = resolve(parts, allows_loopback=self._allows_loopback)
        else:
            ip = parts.hostname or ""
        context = self._context() if parts.scheme == "https" else None
        connection = _Pinned(parts, ip, self._timeout_s, context)
        try:
            connection.connect()
        except (OSError, ssl.SSLError) as error:
            connection.close()
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        return connection

    def _ask(
        self, connection: _Pinned, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        deadline = threading.Timer(2 * self._timeout_s, _cut, (connection.sock,))
        deadline.daemon = True
        deadline.start()
        try:
            connection.request(method, target, body, dict(headers))
            response = connection.getresponse()
            content = response.read(ANSWER_LIMIT + 1)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Unreachable(f"{type(error).__name__}: {error}", is_unsure=True) from error
        finally:
            deadline.cancel()
        if len(content) > ANSWER_LIMIT or response.will_close:
            connection.close()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(status=response.status, body=content, headers=named)


def _is_closed(connection: _Pinned) -> bool:
    """Tell whether the other side closed a kept connection: it has something to say, before being asked."""
    if connection.sock is None:
        return True
    try:
        connection.sock.settimeout(0)
        try:
            return connection.sock.recv(1) is not None
        finally:
            connection.sock.settimeout(connection.timeout)
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True


def _cut(sock: socket.socket | None) -> None:
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
