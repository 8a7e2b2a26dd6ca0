"""Names of hosts. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def is_under(host: str, names: Iterable[str]) -> bool:
    """Whether a host is one of these names, or under one: `www.city.example` is under `city.example`."""
    host = host.lower().rstrip(".")
    return any(host == name or host.endswith(f".{name}") for name in names)
