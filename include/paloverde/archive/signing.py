"""The City's signature under seals, evidence and bundles: Ed25519 (RFC 8032)."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from paloverde.errors import BadSetting


class Signer:
    """Signs with one key. `public_key` is its 32 raw bytes in hexadecimal: the key's name."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.public_key = raw.hex()

    def sign(self, message: bytes) -> str:
        """The signature over `message`, in hexadecimal."""
        return self._key.sign(message).hex()


def open_signer(path: Path) -> Signer:
    """The signer whose key lies at `path`; made there (mode 0600) if there is none yet."""
    if not path.exists():
        _make_key(path)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise BadSetting(
            f"The signing key {path} is not a PEM private key. Restore it from the backup."
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadSetting(f"The signing key {path} is not an Ed25519 key. Restore it from the backup.")
    return Signer(key)


def passing_signer() -> Signer:
    """A signer with a key that is kept nowhere: for opening what is only read."""
    return Signer(Ed25519PrivateKey.generate())


def signature_holds(public_key: str, message: bytes, signature: str) -> bool:
    """Whether `signature` over `message` was made by the key of that name."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(
            bytes.fromhex(signature), message
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def bears_signature(body: bytes, public_key: str, signature: str) -> bool:
    """Whether canonical JSON ends with its signature, and that is over all before it, as it stands.

    The bytes decide, and not what this release reads in them: a member that another release wrote there is
    signed as well.
    """
    end = f'"signature":"{signature}"}}'.encode()
    unsigned = body.removesuffix(end) + b'"signature":""}'
    return body.endswith(end) and signature_holds(public_key, unsigned, signature)


def _make_key(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)  # never over a key that another process has just made
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
