"""Whose token it is, and what that person may do on the page.

https://learn.microsoft.com/linkedin/marketing/community-management/organizations/organization-access-control-by-role
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta

import msgspec

from paloverde.errors import PermissionMissing, Unreadable, WrongAccount
from paloverde.platforms.conversation import NotThere, Request, Response, TooMuch
from paloverde.platforms.linkedin import restli
from paloverde.platforms.linkedin.wire import Role, decode
from paloverde.records import Account

# The roles to which LinkedIn gives posts and comments. To others it answers with empty lists (HTTP 200).
READERS = frozenset({"ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"})

# LinkedIn keeps notifications for 60 days; a little less, so that its clock may differ from ours.
# https://learn.microsoft.com/linkedin/marketing/community-management/organizations/organization-social-action-notifications
NOTIFICATIONS_KEPT = timedelta(days=60) - timedelta(minutes=5)


class _Acls(msgspec.Struct):
    elements: list[msgspec.Raw]


class Standing(msgspec.Struct, frozen=True):
    """What the token's owner is on the page."""

    page: str
    member: str
    roles: tuple[str, ...]
    asked_at: datetime

    def remembered(self, since: datetime | None) -> dict[str, int]:
        """The time of which notifications can be asked for, in milliseconds."""
        edge = self.asked_at - NOTIFICATIONS_KEPT
        start = max(since, edge) if since else edge
        return {"start": int(start.timestamp() * 1000), "end": int(self.asked_at.timestamp() * 1000)}

    @property
    def number(self) -> str:
        return self.page.rpartition(":")[2]

    @property
    def doubt(self) -> str:
        """Why empty lists say nothing, "" where they do."""
        if READERS & set(self.roles):
            return ""
        return (
            f"{self.member} is only {', '.join(self.roles)} on the page, and LinkedIn shows such a person "
            "empty lists; connect the account as an ADMINISTRATOR of the page"
        )


def page_urn(account: Account) -> str:
    """The URN of the page, registered by it or by its number alone."""
    native_id = account.native_id
    return native_id if native_id.startswith("urn:") else f"urn:li:organization:{native_id}"


def standing(account: Account) -> Generator[Request, Response | None, Standing]:
    """The roles of the token's owner on the page.

    Raises `WrongAccount` where they are on other pages only, `PermissionMissing` where there are none.
    """
    query = restli.query(q="roleAssignee", state="APPROVED", start=0, count=100)
    try:
        response = yield Request(restli.path("organizationAcls"), purpose="whose token this is", query=query)
    except (NotThere, TooMuch) as error:
        raise PermissionMissing(f"LinkedIn does not say whose token this is: {error}") from None
    if response is None:
        raise TypeError("A request is answered with a response or an error.")
    roles = _roles(response.body)
    page = page_urn(account)
    own = [role for role in roles if page in (role.organization, role.organization_target)]
    if own:
        names = tuple(dict.fromkeys(role.role or "without a role" for role in own))
        return Standing(page, own[0].role_assignee or "the token's owner", names, response.received_at)
    others = sorted({role.organization or role.organization_target or "" for role in roles} - {""})
    if others:
        raise WrongAccount(
            f"The token for {account.slug} belongs to somebody with a role on {', '.join(others)} and none "
            f"on {page}. Connect the account as an administrator of that page, or register the page anew."
        )
    raise PermissionMissing(
        f"The person whose token is kept for {account.slug} has no role on any LinkedIn page (any more); "
        f"connect the account as an administrator of {page}."
    )


def _roles(body: bytes) -> list[Role]:
    """Roles that are in force. Raises `Unreadable` where the answer lists none at all."""
    try:
        acls = msgspec.json.decode(body, type=_Acls)
        roles = [decode(Role, bytes(raw))[0] for raw in acls.elements if bytes(raw)[:1] == b"{"]
    except msgspec.DecodeError as error:
        raise Unreadable(f"LinkedIn's answer about the token's owner cannot be read: {error}.") from None
    return [role for role in roles if role.state in (None, "APPROVED")]


def canary(account: Account) -> Generator[Request, Response | None, str]:
    """Who answered, in words. Raises as `standing` does; what is thrown in passes through."""
    who = yield from standing(account)
    return f"{who.member}, {', '.join(who.roles)} of {who.page}"
