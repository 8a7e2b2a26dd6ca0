"""The ladder as data: under which Content Guidelines a rule may hide without a person (`ladder.toml`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path

import msgspec

_FILE = Path(__file__).with_name("ladder.toml")


class By(StrEnum):
    """What a rule goes by."""

    LIST = "list"
    SECRETS = "secrets"
    REPEATS = "repeats"


class Rung(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One guideline. `by` is None where no rule may hide, and `why` says why."""

    clause: str
    by: By | None = None
    why: str = ""


class Ladder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every letter of V.B.4 with its rung, where that is from, and who of counsel has verified it."""

    source: str
    effective_from: date
    verified_by: str
    verified_on: str
    rungs: Mapping[str, Rung]


LADDER = msgspec.toml.decode(_FILE.read_bytes(), type=Ladder)


def refused(letter: str, list_: str, version: int) -> str:
    """Why no rule can be made of a guideline, or not with this list; "" where it can."""
    rung = LADDER.rungs[letter]
    if rung.by is None:
        return (
            f"no rule may hide under V.B.4({letter}), in no mode: {rung.why} ({rung.clause}). "
            "The checks point such comments out, and a person decides."
        )
    if bool(list_) != bool(version):
        return "name both a list of words and the number of its version, or neither."
    if rung.by is By.LIST and not list_:
        return f"name the list of words, and its version, by which it hides under V.B.4({letter})."
    if rung.by is By.REPEATS and list_:
        return (
            f"under V.B.4({letter}) a rule hides exact repeats alone ({rung.clause}): leave the list empty."
        )
    return ""
