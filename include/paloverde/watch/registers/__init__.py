"""The registers that there are."""

from __future__ import annotations

from typing import Any

from paloverde.errors import BadQuestion
from paloverde.watch.register import Register
from paloverde.watch.registers.people import PEOPLE

ALL: dict[str, Register[Any]] = {register.name: register for register in (PEOPLE,)}


def register_named(name: str) -> Register[Any]:
    """The register of that name; `BadQuestion` lists those that there are."""
    if name not in ALL:
        raise BadQuestion(f"There is no register {name!r}. There are: {', '.join(ALL)}.")
    return ALL[name]
