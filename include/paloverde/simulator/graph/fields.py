"""Graph field expansion: `id,comments.limit(5).filter(stream){id,from}`.

See https://developers.facebook.com/docs/graph-api/guides/field-expansion
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

NAME = re.compile(r"[a-z0-9_]+")
ARGUMENT = re.compile(r"\.([a-z0-9_]+)\(([^)]*)\)")


class BadFields(ValueError):
    """The fields parameter cannot be parsed."""


@dataclass(slots=True)
class Field:
    """One asked field: its arguments, and the fields asked of what it leads to (empty: the defaults)."""

    name: str
    arguments: dict[str, str] = field(default_factory=dict)
    inner: list[Field] = field(default_factory=list)

    @property
    def alias(self) -> str:
        return self.arguments.get("as", self.name)


def parse(text: str) -> list[Field]:
    """The fields that a text asks for. Raises `BadFields`."""
    fields, rest = _several(re.sub(r"\s", "", text))
    if rest:
        raise BadFields(f'Syntax error "Expected end of string instead of "{rest[0]}"."')
    return fields


def _several(text: str) -> tuple[list[Field], str]:
    fields = []
    while text:
        one, text = _one(text)
        fields.append(one)
        if not text.startswith(","):
            break
        text = text[1:]
    return fields, text


def _one(text: str) -> tuple[Field, str]:
    found = NAME.match(text)
    if found is None:
        raise BadFields(f'Syntax error "Field name expected" at "{text[:20]}".')
    one, text = Field(found[0]), text[found.end() :]
    while argument := ARGUMENT.match(text):
        one.arguments[argument[1]] = argument[2]
        text = text[argument.end() :]
    if text.startswith("{"):
        one.inner, text = _several(text[1:])
        if not text.startswith("}"):
            raise BadFields('Syntax error "Expected }" at the end of the fields.')
        text = text[1:]
    return one, text


def written(fields: list[Field]) -> str:
    """The fields as a parameter again."""
    return ",".join(_written(one) for one in fields)


def _written(one: Field) -> str:
    arguments = "".join(f".{name}({value})" for name, value in one.arguments.items())
    inner = f"{{{written(one.inner)}}}" if one.inner else ""
    return f"{one.name}{arguments}{inner}"
