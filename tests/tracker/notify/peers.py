"""The other ends, as real servers on this machine: a mail relay, and HTTP services that can go down.

Each can refuse connections, accept them and say nothing, or answer that it is broken.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "vigie", "mot de passe é"
FAILURES = ("refuses", "hangs", "breaks")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """Make a certificate for this machine, its own authority; return the certificate and the key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = [x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem, private = folder / f"{name}.pem", folder / f"{name}.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return pem, private


@dataclass
class Mailed:
    """One e-mail that the relay took responsibility for."""

    sender: str
    recipient: str
    mail: EmailMessage

    @property
    def id(self) -> str:
        return str(self.mail["Message-ID"])


class Silence:
    """Accepts connections and never says anything."""

    def __init__(self, port: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", port))
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                self._open.append(self._listener.accept()[0])
            except OSError:
                return

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for each in self._open:
            each.close()


@dataclass
class Relay:
    """A mail relay with STARTTLS and AUTH, which really parses what it is told."""

    pem: Path
    key: Path
    port: int = field(default_factory=free_port)
    taken: list[Mailed] = field(default_factory=list)
    connections: int = 0
    slow_s: float = 0.0
    answers: dict[str, str] = field(default_factory=dict)
    is_broken: bool = False
    dies_before_answering: int = 0
    _up: Any = None

    def start(self, mode: str = "up") -> None:
        self.stop()
        self.is_broken = mode == "breaks"
        if mode == "refuses":
            return
        if mode == "hangs":
            self._up = Silence(self.port)
            return
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem, self.key)
        self._up = Controller(
            self, hostname="127.0.0.1", port=self.port, tls_context=context, require_starttls=True,
            authenticator=self._authenticate, auth_required=True, data_size_limit=2_000_000,
        )  # fmt: skip
        self._up.start()

    def stop(self) -> None:
        if self._up is not None:
            self._up.stop()
            self._up = None

    def _authenticate(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        self.connections += 1
        return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()))

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.is_broken:
            return "451 4.3.0 out of order"
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        said = self.answers.get(address)
        if said is not None and not said.startswith("DATA"):
            return said
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        (recipient,) = envelope.rcpt_tos
        said = self.answers.get(recipient, "")
        if said.startswith("DATA"):
            return said.removeprefix("DATA ")
        mail = message_from_bytes(envelope.original_content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.taken.append(Mailed(envelope.mail_from, recipient, mail))
        if self.dies_before_answering:
            self.dies_before_answering -= 1
            server.transport.abort()
        return "250 2.0.0 queued"

    def once(self) -> list[Mailed]:
        """Return what a mailbox shows: one e-mail for each Message-ID, in the order of arrival."""
        seen: dict[str, Mailed] = {}
        for each in self.taken:
            seen.setdefault(each.id, each)
        return list(seen.values())


@dataclass(frozen=True)
class Request:
    """What an HTTP service was asked."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Answer = tuple[int, dict[str, str], bytes]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


@dataclass
class Service:
    """An HTTP service; `answer` is what it does."""

    answer: Any  # Callable[[Request], Answer], often an object whose other attributes the test reads
    id: Any = None
    port: int = field(default_factory=free_port)
    is_broken: bool = False
    drops_answers: int = 0
    slow_s: float = 0.0
    asked: int = 0
    _up: Any = None
    _open: list[socket.socket] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, mode: str = "up") -> None:
        self.stop()
        self.is_broken = mode == "breaks"
        if mode == "refuses":
            return
        if mode == "hangs":
            self._up = Silence(self.port)
            return
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                service._open.append(self.connection)

            def _any(self) -> None:
                service.asked += 1
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if service.slow_s:
                    time.sleep(service.slow_s)
                asked = Request(self.command, self.path, dict(self.headers.items()), body)
                broken: Answer = (503, {}, b"out of order")
                status, headers, content = broken if service.is_broken else service.answer(asked)
                if service.drops_answers:
                    service.drops_answers -= 1
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = _any  # noqa: N815

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self._up = server = _Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        up, self._up = self._up, None
        if up is None:
            return
        if isinstance(up, Silence):
            up.stop()
            return
        up.shutdown()
        up.server_close()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._open.clear()


@contextmanager
def running(peer: Relay | Service) -> Iterator[Any]:
    """Start a peer, and stop it afterwards."""
    peer.start()
    try:
        yield peer
    finally:
        peer.stop()
