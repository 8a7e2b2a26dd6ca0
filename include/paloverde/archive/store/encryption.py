"""Encryption by the S3 server of what it stores: what is asked with each object, and was it done. Pure.

It keeps the bytes from whoever gets a disk or its copy, and from nobody who holds keys to the store: the
server decrypts for them (docs/decisions/0060-encryption-by-the-store.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from paloverde.errors import BadSetting

NONE, OWN, WITH_KEY = "none", "SSE-S3", "SSE-KMS:"
_AES, _KMS = "AES256", "aws:kms"


class Encryption(msgspec.Struct, frozen=True):
    """How the server is to encrypt: with a key of its own, or with one of the key service, by its name."""

    key: str | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """The arguments of `put_object`."""
        if self.key is None:
            return {"ServerSideEncryption": _AES}
        return {"ServerSideEncryption": _KMS, "SSEKMSKeyId": self.key}

    def is_kept(self, head: Mapping[str, Any]) -> bool:
        """Whether an object's head says that this was done. AWS answers a key's name with its whole ARN."""
        if head.get("ServerSideEncryption") != self.asked["ServerSideEncryption"]:
            return False
        named = str(head.get("SSEKMSKeyId", ""))
        return self.key is None or named == self.key or named.endswith(f"/{self.key}")

    def __str__(self) -> str:
        return OWN if self.key is None else f"{WITH_KEY}{self.key}"


def encryption_of(text: str | None) -> Encryption | None:
    """What the setting's text asks for; None for `none` and for nothing."""
    if text in (None, NONE):
        return None
    if text == OWN:
        return Encryption()
    if text.startswith(WITH_KEY) and (key := text.removeprefix(WITH_KEY)):
        return Encryption(key)
    raise BadSetting(
        "How the store encrypts is none, SSE-S3, or SSE-KMS: and a key's name, as in SSE-KMS:city-archive."
    )


def in_words(head: Mapping[str, Any]) -> str:
    """What an object's head says of its encryption, for a sentence."""
    how = head.get("ServerSideEncryption")
    if how is None:
        return "not encrypted by the server"
    key = head.get("SSEKMSKeyId")
    return f"encrypted by the server ({how}{f', key {key}' if key else ''})"
