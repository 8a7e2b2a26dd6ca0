"""Which group of the City's single sign-on has which role at the desk, as the setting `oidc_roles` says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from paloverde.desk.people import Role
from paloverde.errors import BadSetting

EVERYBODY = "*"  # in the setting: whoever the issuer vouches for, and who is in no group that it names


class NoRole(Exception):
    """Somebody whom the issuer knows and the desk does not let in. The text is for them."""


class Roles:
    """The roles of groups. Without any pair nobody has one."""

    def __init__(self, claim: str, pairs: Sequence[str]) -> None:
        self._claim = claim
        self._roles: dict[str, Role] = {}
        for group, _, name in (pair.rpartition("=") for pair in pairs):
            role = _role(name)
            if group == EVERYBODY and role is not Role.EMPLOYEE:
                raise BadSetting(
                    f"PALOVERDE_OIDC_ROLES gives everybody ({EVERYBODY}) the role {name!r}: whoever is in no "
                    f"group may be {Role.EMPLOYEE.value} and nothing else."
                )
            self._roles.setdefault(group, role)

    def of(self, group: str) -> Role | None:
        """The role of a group; None where it has none, any more or yet."""
        return self._roles.get(group)

    def group(self, claims: Mapping[str, Any]) -> str:
        """The first group of the setting that somebody is in, or everybody's; else `NoRole`."""
        given = claims.get(self._claim)
        groups = [given] if isinstance(given, str) else given if isinstance(given, list) else []
        for group in self._roles:
            if group != EVERYBODY and group in groups:
                return group
        if EVERYBODY in self._roles:
            return EVERYBODY
        if isinstance(claims.get("_claim_names"), dict) and self._claim in claims["_claim_names"]:
            raise NoRole(
                "You are in so many groups that the City's sign-on names none of them. IT can give you an "
                "app role instead."
            )
        raise NoRole(
            "The City knows you, but you have no role at this desk. Ask IT to put you into the group of "
            "those who work with records."
        )


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        known = ", ".join(role.value for role in Role)
        raise BadSetting(
            f"PALOVERDE_OIDC_ROLES names the role {name!r}, but must name one of {known}."
        ) from None
