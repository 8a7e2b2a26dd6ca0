"""Rest.li 2.0 encoding: how LinkedIn wants paths and queries.

The structure of a value, `List(` `,` `)` and `(` `:` `,` `)`, stands as it is; every text inside it is
percent-encoded whole, so that a URN's own colons, commas and parentheses are not taken for structure.
https://linkedin.github.io/rest.li/spec/protocol and
https://learn.microsoft.com/linkedin/shared/api-guide/concepts/protocol-version
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

Value = str | int | Sequence[str] | Mapping[str, str | int]


def encode(value: Value) -> str:
    """A value as it goes over the wire: a text, a number, a `List(...)` or a record `(name:value,...)`."""
    if isinstance(value, str):
        return quote(value, safe="")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return f"({','.join(f'{encode(name)}:{encode(inner)}' for name, inner in value.items())})"
    return f"List({','.join(map(encode, value))})"


def path(*keys: Value) -> str:
    """The path of a resource. Ids come from the site: nothing in them may act as a path."""
    return "".join(f"/{encode(key)}" for key in keys)


def query(**params: Value) -> str:
    """A whole query, ready to be sent as it is."""
    return "&".join(f"{name}={encode(value)}" for name, value in params.items())
