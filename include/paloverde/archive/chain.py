"""The seals of the database, checked: one by one, or all of them as a chain.

A seal names the SHA-256 of the one before it. Whoever signs checks the signature of that one first
(`commit`), and so does each before: one signature, that of the last seal, vouches for every byte of all of
them. Of two thousand seals that takes a tenth of the time of two thousand signatures, and it notices what
these do not, a seal that is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import NoReturn

from paloverde.archive.seal import FIRST, Seal, read_seal, unchecked_seal
from paloverde.errors import ArchiveDamaged

Body = tuple[str, bytes]  # the key of a seal, and its bytes


def signed(bodies: Iterable[Body]) -> Iterator[tuple[Seal, str]]:
    """Each seal and its key, its own signature checked."""
    for key, body in bodies:
        yield read_seal(body, where=key), key


def chained(bodies: Iterable[Body], *, after: str = FIRST) -> Iterator[tuple[Seal, str]]:
    """Each seal from the first to the last and its key; that all are true is known when the last was had.

    `after` is the SHA-256 of the seal that the first of them follows, one that is known to be true.
    `ArchiveDamaged` where a seal does not follow from the one before it, or the last does not bear its
    signature.
    """
    before: Body | None = None
    for key, body in bodies:
        seal = unchecked_seal(body, where=key)
        if seal.previous != (after if before is None else hashlib.sha256(before[1]).hexdigest()):
            _refuse(before, (key, body))
        yield seal, key
        before = key, body
    if before is not None:
        read_seal(before[1], where=before[0])


def _refuse(before: Body | None, after: Body) -> NoReturn:
    """Say which of two seals was altered, or that one between them is gone."""
    for key, body in (before, after) if before is not None else (after,):
        read_seal(body, where=key)
    raise ArchiveDamaged(
        f"The seal {after[0]} does not follow from the one before it in the database: another is missing "
        "there. Run `paloverde repair`, which puts the database right."
    )
