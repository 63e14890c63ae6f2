"""What the installation's secret key is used for here: sealing what is kept, signing what travels.

Every use has a key of its own, derived (HKDF, RFC 5869) for one jurisdiction and one purpose: a token made
for answering a report in one town opens nothing else, anywhere.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SIGNED_BYTES = 10
ID_BYTES = 16


class SealBroken(Exception):
    """What was sealed cannot be opened: VIGIE_SECRET_KEY is not the one it was sealed with."""

    in_french = "VIGIE_SECRET_KEY n’est pas la clé avec laquelle ces secrets ont été scellés."
    in_english = "VIGIE_SECRET_KEY is not the key that these secrets were sealed with."


@dataclass(frozen=True, kw_only=True)
class Keyring:
    """The keys of one jurisdiction."""

    secret_key: str
    code: str

    def seal(self, plain: bytes) -> bytes:
        """Return bytes that only this installation can open, for this jurisdiction."""
        return self._fernet.encrypt(plain)

    def unseal(self, sealed: bytes) -> bytes:
        """Return what was sealed. Raises SealBroken."""
        try:
            return self._fernet.decrypt(bytes(sealed))
        except InvalidToken as error:
            raise SealBroken from error

    def token(self, purpose: str, about: UUID) -> str:
        """Return an identifier with its signature, as 42 letters and digits whose case does not matter.

        Eighty bits of signature: a mailbox that guesses a thousand times a second needs 10^13 years.
        """
        content = about.bytes + self._signature(purpose, about)
        return base64.b32encode(content).decode().rstrip("=").lower()

    def read(self, purpose: str, token: str) -> UUID | None:
        """Return what a token is about, or nothing when it was not made here for this purpose."""
        try:
            content = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
        except (binascii.Error, ValueError):
            return None
        if len(content) != ID_BYTES + SIGNED_BYTES:
            return None
        about = UUID(bytes=content[:ID_BYTES])
        return about if hmac.compare_digest(content[ID_BYTES:], self._signature(purpose, about)) else None

    def _signature(self, purpose: str, about: UUID) -> bytes:
        return hmac.digest(self._signing, purpose.encode() + b"\0" + about.bytes, sha256)[:SIGNED_BYTES]

    @cached_property
    def _signing(self) -> bytes:
        return self._derived("sign")

    @cached_property
    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._derived("seal")))

    def _derived(self, use: str) -> bytes:
        info = f"vigie notify {use} {self.code}".encode()
        return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(
            self.secret_key.encode()
        )
