"""A small LinkedIn page on hand-made answers, with switches for what may go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote

from paloverde.platforms.conversation import Answer, Request
from paloverde.platforms.linkedin import LinkedIn
from paloverde.records import Account
from platforms.talk import NOW, Heard, drive, good

PAGE = "urn:li:organization:5500001"
ADMIN = "urn:li:person:AdMiN00001"
ROSA = "urn:li:person:RoSa000001"
ACCOUNT = Account("linkedin-cityofsaltbrook", "linkedin", PAGE, "cityofsaltbrook")
LINKEDIN = LinkedIn()
HOUR = 3_600_000
NOW_MS = int(NOW.timestamp() * 1000)

Json = dict[str, Any]


def error(status: int, code: str = "", message: str = "no", **headers: str) -> Answer:
    return Answer(status, headers, json.dumps({"status": status, "code": code, "message": message}).encode())


NOT_THERE = error(404, "NOT_FOUND", "Entity not found")
FORBIDDEN = error(403, "ACCESS_DENIED", "Not enough permissions to access")


def share(number: int) -> str:
    return f"urn:li:share:{7_000_000_000_000_000_000 + number}"


def comment_urn(number: int, on: int = 1) -> str:
    return f"urn:li:comment:(urn:li:activity:{7_000_000_000_000_000_000 + on},{number})"


def post(number: int, ago: int = 1, **members: Any) -> Json:
    """A post so many hours old."""
    at = NOW_MS - ago * HOUR
    return {
        "author": PAGE,
        "id": share(number),
        "commentary": f"Street sweeping, week {number}",
        "createdAt": at - 500,
        "publishedAt": at,
        "lastModifiedAt": at,
        "lifecycleState": "PUBLISHED",
        "lifecycleStateInfo": {"isEditedByAuthor": False},
        "visibility": "PUBLIC",
        **members,
    }


def comment(number: int, on: int = 1, **members: Any) -> Json:
    stamp = {"actor": ROSA, "time": NOW_MS - HOUR}
    return {
        "actor": ROSA,
        "created": stamp,
        "lastModified": stamp,
        "id": str(number),
        "$URN": comment_urn(number, on),
        "message": {"attributes": [], "text": f"¿Cuándo vienen? {number}"},
        "object": f"urn:li:activity:{7_000_000_000_000_000_000 + on}",
        **members,
    }


def counted(replies: int) -> Json:
    return {"commentsSummary": {"totalFirstLevelComments": replies, "aggregatedTotalComments": replies}}


def told(number: int, action: str, on: int = 1, of: int = 1, **members: Any) -> Json:
    """A notification about comment `of` under post `on`."""
    quoted = {"entity": comment_urn(of, on), "owner": ROSA, "text": f"¿Cuándo vienen? {of}"}
    return {
        "notificationId": 5_600_000_000 + number,
        "action": action,
        "organizationalEntity": PAGE,
        "sourcePost": f"urn:li:activity:{7_000_000_000_000_000_000 + on}",
        "decoratedSourcePost": {"entity": share(on), "owner": PAGE, "text": "Street sweeping"},
        "generatedActivity": comment_urn(of, on).replace("(urn:li:", "("),
        "decoratedGeneratedActivity": {"comment": quoted},
        "lastModifiedAt": NOW_MS - HOUR,
        **members,
    }


class Site:
    """The page: lists by path, single answers by path, and a hook before each answer."""

    def __init__(self, *posts: Json, role: str = "ADMINISTRATOR", largest: int = 100) -> None:
        self.lists: dict[str, list[Any]] = {
            "/organizationAcls": [
                {"role": role, "state": "APPROVED", "organization": PAGE, "roleAssignee": ADMIN}
            ],
            "/posts": list(posts),
            "/organizationalEntityNotifications": [],
        }
        self.single: dict[str, Any] = {
            f"/networkSizes/{PAGE}": {"firstDegreeSize": 1234},
            "/organizations/5500001": {
                "id": 5500001,
                "localizedName": "City of Saltbrook",
                "vanityName": "cityofsaltbrook",
                "localizedDescription": "Official page.",
            },
        }
        self.answers: dict[str, Answer] = {}  # what a path answers instead, whatever is asked
        self.before: Callable[[Request, Json], None] = lambda _, __: None
        self.largest = largest
        self.totals = False

    def under(self, number: int, *comments: Json) -> None:
        self.lists[f"/socialActions/{share(number)}/comments"] = list(comments)

    def replies(self, number: int, *comments: Json, on: int = 1) -> None:
        self.lists[f"/socialActions/{comment_urn(number, on)}/comments"] = list(comments)

    def __call__(self, request: Request) -> Answer:
        path, query = unquote(request.path), dict(parse_qsl(request.query))
        self.before(request, query)
        if path in self.answers:
            return self.answers[path]
        if path in self.single:
            return good(self.single[path])
        if path in self.lists or path.endswith("/comments") or path.startswith("/reactions/"):
            return self._page(self.lists.get(path, []), query)
        found = next((one for one in self.lists["/posts"] if one and f"/posts/{one['id']}" == path), None)
        return good(found) if found else NOT_THERE

    def _page(self, listed: list[Any], query: Json) -> Answer:
        drafts = query.get("viewContext") == "AUTHOR"
        shown = [one for one in listed if drafts or not one or one.get("lifecycleState") != "DRAFT"]
        start, count = int(query["start"]), min(int(query["count"]), self.largest)
        links = []
        if start + count < len(shown):
            links = [{"rel": "next", "href": f"/rest/x?count={count}&start={start + count}"}]
        paging: Json = {"start": start, "count": count, "links": links}
        if self.totals:
            paging["total"] = len(shown)
        return good({"paging": paging, "elements": shown[start : start + count]})

    def night(self, since: Any = None) -> Heard:
        return drive(LINKEDIN, LINKEDIN.night(ACCOUNT, since), self)


def texts(heard: Heard) -> set[str]:
    return {record.native_id for record in heard.records}
