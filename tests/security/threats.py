"""The threat model, from its table: `python -m security.threats > docs/security/threat-model.md`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache

import msgspec

from security.evidence import cell, told
from stores import ROOT

TABLE = ROOT / "docs" / "security" / "threats.toml"
PAGE = ROOT / "docs" / "security" / "threat-model.md"

_HEAD = """\
# Threat model

Made by `make docs` from `docs/security/threats.toml`; edit there. Each row names what stands against a threat and the
test that shows it; a test fails where a named test does not exist. A row without a test says so, and a risk
that is taken is listed as one.
"""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A threat: who, to what, how; what stands against it; what shows that."""

    id: str
    actor: str
    assets: tuple[str, ...]
    threat: str
    against: str
    tests: tuple[str, ...] = ()
    left: str = ""


class Risk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A risk that is taken, why, and what the City can do about it."""

    risk: str
    why: str
    instead: str


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    assets: dict[str, str]
    actors: dict[str, str]
    threats: tuple[Row, ...]
    accepted: tuple[Risk, ...]


@cache
def model() -> Model:
    with TABLE.open("rb") as file:
        return msgspec.convert(tomllib.load(file), Model)


def page() -> str:
    return "\n".join(_lines(model()))


def _lines(made: Model) -> Iterator[str]:
    yield _HEAD
    yield "## What is to be protected\n\n| asset | why |\n|---|---|"
    yield from (f"| **{name}** | {cell(why)} |" for name, why in made.assets.items())
    for actor, who in made.actors.items():
        yield f"\n## {actor.capitalize()}\n\n{who}\n\n| | threat | to | what stands against it | shown by |\n|---|---|---|---|---|"
        yield from (_row(row) for row in made.threats if row.actor == actor)
    yield "\n## Risks that are taken\n\n| risk | why it stays | what the City can do |\n|---|---|---|"
    yield from (f"| {cell(one.risk)} | {cell(one.why)} | {cell(one.instead)} |" for one in made.accepted)
    yield ""


def _row(row: Row) -> str:
    against = cell(row.against) + (f" *Left:* {cell(row.left)}" if row.left else "")
    shown = told(row.tests) or "no test"
    return f"| {row.id} | {cell(row.threat)} | {', '.join(row.assets)} | {against} | {shown} |"


if __name__ == "__main__":
    print(page(), end="")
