"""The families of a production on disk: a build goes over them several times, and holds one at a time.

A hundred thousand records are a few hundred megabytes as objects. They are written once, one after the other,
and read again from the beginning at every call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from paloverde.productions.numbering import Item
from paloverde.productions.plan import Families

_SIZE = 8  # bytes before each family that say how long it is
_DECODER = msgspec.msgpack.Decoder(list[Item])


def laid_aside(families: Iterable[Sequence[Item]], file: Path) -> Families:
    """Write families to a new file; what is returned reads them from it, the same at every call, for as long
    as the file is there.
    """
    with file.open("xb") as target:
        for family in families:
            body = msgspec.msgpack.encode(family)
            target.write(len(body).to_bytes(_SIZE, "big") + body)
    return partial(_read, file)


def _read(file: Path) -> Iterator[list[Item]]:
    with file.open("rb") as source:
        while head := source.read(_SIZE):
            yield _DECODER.decode(source.read(int.from_bytes(head, "big")))
