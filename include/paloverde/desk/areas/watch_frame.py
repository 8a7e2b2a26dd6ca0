"""What all pages about the policy share: the way between them, and roles in words."""

from __future__ import annotations

from typing import Any

from fastapi.responses import Response

from paloverde.desk.people import Role
from paloverde.desk.rights import MAY, Act
from paloverde.desk.visit import Visit

HERE = "Policy"
PLACES = (
    ("What waits", "/watch"),
    ("Hidden by a rule", "/watch/hidden"),
    ("Registers", "/watch/registers"),
    ("Reports", "/watch/reports"),
    ("Clause by clause", "/watch/clauses"),
    ("How often the checks are right", "/watch/precision"),
)


def shown(visit: Visit, template: str, title: str, at: str, *, status: int = 200, **facts: Any) -> Response:
    """A page about the policy; `at` is its place among them."""
    return visit.show(template, status, title=title, here=HERE, places=PLACES, at=at, act=Act, **facts)


def roles_in_words(roles: tuple[str, ...], act: Act) -> str:
    """Those of some roles that may do an act, as a sentence names them."""
    return ", ".join(role.words for role in Role if role.value in roles and act in MAY[role])


def is_of(visit: Visit, roles: tuple[str, ...]) -> bool:
    """Whether somebody's role is one of these."""
    return visit.person.role.value in roles
