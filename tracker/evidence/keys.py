"""The key that signs checkpoints: Ed25519, kept in a file outside the database.

Whoever owns the database owns everything in it: only what is signed with a key that is not there, and kept
elsewhere, outlives them. Keys and notes are written as C2SP signed-note says, so that other tools read them.
"""

import base64
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tracker.config import PROJECT
from tracker.evidence import errors

NAME = "vigie"
KEY_VARIABLE = "VIGIE_EVIDENCE_KEY"
FOLDER_VARIABLE = "VIGIE_CHECKPOINTS"
_ED25519 = b"\x01"
_DASH = "\N{EM DASH}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicKey:
    """What anyone checks signatures with."""

    raw: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(NAME.encode() + b"\n" + _ED25519 + self.raw).digest()[:4]

    def __str__(self) -> str:
        return f"{NAME}+{self.id.hex()}+{base64.b64encode(_ED25519 + self.raw).decode()}"

    def check(self, signed: str) -> str:
        """Return the text of a signed note. Raises NoteInvalid."""
        text, mark, lines = signed.partition(f"\n\n{_DASH} {NAME} ")
        try:
            kept = base64.b64decode(lines.split("\n", 1)[0].strip(), validate=True)
            if not mark or kept[:4] != self.id:
                raise errors.NoteInvalid
            Ed25519PublicKey.from_public_bytes(self.raw).verify(kept[4:], (text + "\n").encode())
        except (InvalidSignature, ValueError):
            raise errors.NoteInvalid from None
        return text


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKey:
    """What signs."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        raw = self.private.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        return PublicKey(raw=raw)

    def sign(self, text: str) -> str:
        """Return a text, which ends without a newline, as a signed note."""
        signature = self.private.sign((text + "\n").encode())
        return f"{text}\n\n{_DASH} {NAME} {base64.b64encode(self.public.id + signature).decode()}\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Vault:
    """Where the key and the exported checkpoints are: both outside the database."""

    key: Path
    folder: Path

    def signing(self) -> SigningKey:
        """Return the key. Raises KeyMissing."""
        if not self.key.exists():
            raise errors.KeyMissing
        loaded = serialization.load_pem_private_key(self.key.read_bytes(), password=None)
        assert isinstance(loaded, Ed25519PrivateKey)
        return SigningKey(private=loaded)

    def make_key(self) -> SigningKey:
        """Return the key, made now for its owner only when there is none yet."""
        if not self.key.exists():
            self.key.parent.mkdir(parents=True, exist_ok=True)
            made = Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            try:
                handle = os.open(self.key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:  # somebody made it meanwhile
                return self.signing()
            with os.fdopen(handle, "wb") as file:
                file.write(made)
        return self.signing()


def vault_of(environ: Mapping[str, str]) -> Vault:
    """Return where an installation keeps its key and its checkpoints; `var/evidence` unless it says
    otherwise.
    """
    home = Path(environ.get("VIGIE_VAR", str(PROJECT / "var"))) / "evidence"
    return Vault(
        key=Path(environ.get(KEY_VARIABLE, str(home / "key.pem"))),
        folder=Path(environ.get(FOLDER_VARIABLE, str(home / "checkpoints"))),
    )


def public_key(text: str) -> PublicKey:
    """Return the key that a text, as `vigie audit keys` prints it, names. Raises NoteInvalid."""
    try:
        name, known, encoded = text.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
        found = PublicKey(raw=raw[1:])
    except ValueError:
        raise errors.NoteInvalid from None
    if name != NAME or raw[:1] != _ED25519 or found.id.hex() != known:
        raise errors.NoteInvalid
    return found
