"""Those outside of the City who are asked about a head of the log: what came of it, one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import msgspec

from paloverde.archive.layout import name_of
from paloverde.errors import PaloverdeError

_LONGEST_HOST = 60


class Asked(msgspec.Struct, frozen=True):
    """What was had, as sentences, and what could not be had, an error each: none stopped the others."""

    sentences: list[str]
    troubles: list[PaloverdeError]


def ask_each(addresses: Iterable[str], ask: Callable[[str], str | None]) -> Asked:
    """Ask one after the other. `ask` gives a sentence, or None where that one was asked before."""
    asked = Asked([], [])
    for address in addresses:
        try:
            said = ask(address)
        except PaloverdeError as error:
            asked.troubles.append(error)
        else:
            asked.sentences.extend([said] if said else [])
    return asked


def short_name(address: str) -> str:
    """An address as part of a key: its host, and a hash that tells two addresses on one host apart."""
    host = urlsplit(address).hostname or ""
    return name_of(f"{host[:_LONGEST_HOST]}-{hashlib.sha256(address.encode()).hexdigest()[:8]}")
