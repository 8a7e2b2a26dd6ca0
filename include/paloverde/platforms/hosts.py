"""Names of hosts. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

AFTER = ".,;:!?'\"”’…)]*_~"  # what follows an address in a sentence, and ends no host


def host_of(url: str) -> str:
    """The host of a web address as people write it, with its scheme or without, in small letters.

    "" for what has none, such as a bracket without its other half: nobody can follow it either.
    """
    try:
        host = urlsplit(url if "://" in url else f"https://{url}").hostname or ""
    except ValueError:
        return ""
    return host.rstrip(AFTER)


def is_under(host: str, names: Iterable[str]) -> bool:
    """Whether a host is one of these names, or under one: `www.city.example` is under `city.example`."""
    host = host.lower().rstrip(".")
    return any(host == name or host.endswith(f".{name}") for name in names)
