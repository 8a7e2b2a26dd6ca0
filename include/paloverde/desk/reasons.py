"""Why somebody looks at something private: given once by a form, and noted in the ledger with each look.

Addresses end up in logs, histories and bookmarks, so they carry no reason but a number that says nothing
(`why`). It opens the reason for whoever gave it, for a day. A look in the course of a review carries the
number of the request or production: the review is the reason.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from urllib.parse import urlencode

import msgspec
from fastapi.responses import Response

from paloverde.desk.drafts import Drafts
from paloverde.desk.rights import Act
from paloverde.desk.visit import Visit
from paloverde.errors import BadQuestion

MOST = 300  # characters
WHY = "why"  # the name that addresses have for it
Item = tuple[str, str, str]
_REVIEWED = re.compile(r"(?:PRA|PROD)-\d{4}-\d{4,9}")


class _Reason(msgspec.Struct, frozen=True):
    text: str


def keep(visit: Visit, text: str) -> str:
    """Keep a reason for whoever gave it; the number that addresses carry."""
    id_ = secrets.token_hex(16)
    _drafts(visit).put(id_, visit.person.username, _Reason(text))
    return id_


def given(visit: Visit, why: str, item: Item | None = None) -> str:
    """The reason that an address names; "" where it is none of this person's, or too long ago. A review is
    one for the items that are under review in it, and for nothing else: anybody may type its number.
    """
    if _REVIEWED.fullmatch(why):
        return _of_review(visit, why, item)
    try:
        return _drafts(visit).get(why, visit.person.username, _Reason)[0].text
    except BadQuestion:
        return ""


def ask(
    visit: Visit,
    sentence: str,
    path: str = "",
    pairs: Iterable[tuple[str, str]] | None = None,
    *,
    wrong: str = "",
    here: str = "Search",
) -> Response:
    """The page that asks for a reason, and leads on to an address; without one to the page that was asked."""
    path = path or visit.request.url.path.removeprefix(visit.url(""))
    asked = visit.request.query_params.multi_items() if pairs is None else pairs
    query = urlencode([pair for pair in asked if pair[0] != WHY], errors="replace")
    return again(visit, sentence, f"{path}?{query}", wrong=wrong, here=here)


def again(visit: Visit, sentence: str, onward: str, *, wrong: str = "", here: str = "Search") -> Response:
    """The same, with what is in the way."""
    return visit.show(
        "reason.html", 400 if wrong else 200, title="Something private", here=here, sentence=sentence,
        onward=onward, wrong=wrong, most=MOST,
    )  # fmt: skip


def _of_review(visit: Visit, number: str, item: Item | None) -> str:
    """The review of a request or a production as a reason to look at an item, for whoever may do it."""
    if item is None or not visit.may(Act.REVIEW):
        return ""
    versions = visit.city.reviews.get(number).versions
    return f"review of {number}" if any(version[:3] == item for version in versions) else ""


def _drafts(visit: Visit) -> Drafts:
    return Drafts(visit.city.settings.home / "desk" / "reasons")
