"""Direct look-ups, one by one: BATCH_GET is not given to apps in the development tier.

LinkedIn answers 404 for what was deleted, and may do so for what it does not show. So it means GONE only
where the token's owner has a role that sees the page's posts and another item of the same kind answered.
"""

from __future__ import annotations

from collections.abc import Generator

from paloverde.errors import PermissionMissing, Unreachable, Unreadable, WrongAccount
from paloverde.platforms.asking import body_of
from paloverde.platforms.conversation import Look, NotThere, Request, Response, Seen, TooMuch
from paloverde.platforms.linkedin import restli
from paloverde.platforms.linkedin.content import split_comment_urn, whole_comment_urn
from paloverde.platforms.linkedin.read import read, read_page
from paloverde.platforms.linkedin.roles import Standing, standing
from paloverde.platforms.linkedin.thread import comments_of
from paloverde.platforms.linkedin.wire import Notification, decode
from paloverde.records import Account, Kind

Looking = Generator[Request | Seen, Response | None, None]

_WITHOUT = (PermissionMissing, Unreachable, Unreadable, TooMuch)
_WHETHER = "whether other items still answer"
_WITNESS_POSTS = 5  # posts whose comments are searched for one that answers
_NO_WITNESS = "LinkedIn says that it is not there, and no other item answered: a role may be missing"
_GONE = "LinkedIn says that it does not exist, and others of its kind answer"


def look_up(account: Account, items: list[tuple[Kind, str]]) -> Looking:
    """One `Seen` for each item. Errors that concern the whole run (a dead token, a limit) pass through."""
    try:
        who = yield from standing(account)
        doubt = who.doubt
    except (PermissionMissing, Unreachable, Unreadable, WrongAccount) as error:
        doubt = f"whether the token may see the page is not known: {error}"
    if doubt:
        yield from (Seen(native_id, Look.UNKNOWN, doubt) for _, native_id in items)
        return
    for kind in dict.fromkeys(kind for kind, _ in items):
        yield from _of_one_kind(kind, [native_id for one, native_id in items if one is kind], who)


def _of_one_kind(kind: Kind, ids: list[str], who: Standing) -> Looking:
    """Looks at each; decides on those that are not there last, when others have answered."""
    absent: list[str] = []
    present = ""
    for native_id in ids:
        path = _path(kind, native_id)
        if not path:
            yield Seen(native_id, Look.UNKNOWN, f"LinkedIn has no look-up for a {kind.value} of this name")
            continue
        try:
            answered = yield from _answers(path, native_id)
        except NotThere:
            absent.append(native_id)
        except _WITHOUT as error:
            yield Seen(native_id, Look.UNKNOWN, str(error))
        else:
            present = native_id if answered else present
            look = Look.PRESENT if answered else Look.UNKNOWN
            yield Seen(native_id, look, "" if answered else "LinkedIn answered with something else")
    if absent and not present and not (yield from _another_answers(kind, who)):
        yield from (Seen(native_id, Look.UNKNOWN, _NO_WITNESS) for native_id in absent)
    elif absent:
        told = (yield from _deletions(who)) if kind is Kind.COMMENT else {}
        yield from (Seen(one, Look.GONE, f"{_GONE}{told.get(one, '')}") for one in absent)


def _path(kind: Kind, native_id: str) -> str:
    """The address of one item, "" where it has none."""
    if kind is Kind.POST and native_id.startswith(("urn:li:share:", "urn:li:ugcPost:")):
        return restli.path("posts", native_id)
    parts = split_comment_urn(native_id) if kind is Kind.COMMENT else None
    return restli.path("socialActions", parts[0], "comments", parts[1]) if parts else ""


def _answers(path: str, native_id: str) -> Generator[Request | Seen, Response | None, bool]:
    response = yield Request(path, purpose=f"look-up of {native_id}")
    return any(record.native_id == native_id for record in read(body_of(response)).records)


def _another_answers(kind: Kind, who: Standing) -> Generator[Request | Seen, Response | None, bool]:
    """Whether an item that a list shows answers a look-up too."""
    try:
        for native_id in (yield from _listed(kind, who)):
            return (yield from _answers(_path(kind, native_id), native_id))
    except (*_WITHOUT, NotThere):
        pass
    return False


def _listed(kind: Kind, who: Standing) -> Generator[Request | Seen, Response | None, list[str]]:
    """An item of the kind that a list shows now, or none."""
    query = restli.query(q="author", author=who.page, sortBy="LAST_MODIFIED", start=0, count=_WITNESS_POSTS)
    posts = yield from _page(Request(restli.path("posts"), purpose=_WHETHER, query=query))
    if kind is Kind.POST:
        return posts[:1]
    for post in posts:
        ask = comments_of(post, who)
        few = restli.query(start=0, count=1)
        comments = yield from _page(Request(ask.path, purpose=_WHETHER, query=few))
        if comments:
            return comments
    return []


def _page(request: Request) -> Generator[Request | Seen, Response | None, list[str]]:
    response = yield request
    return [record.native_id for record in read_page(body_of(response)).reading.records]


def _deletions(who: Standing) -> Generator[Request | Seen, Response | None, dict[str, str]]:
    """What notifications say of deleted comments, as evidence: the time, and not by whom."""
    query = restli.query(
        q="criteria",
        organizationalEntity=who.page,
        actions=("COMMENT_DELETE",),
        timeRange=who.remembered(None),
        start=0,
        count=100,
    )
    path = restli.path("organizationalEntityNotifications")
    try:
        response = yield Request(path, purpose="what LinkedIn says of deleted comments", query=query)
        records = read_page(body_of(response)).reading.records
    except (*_WITHOUT, NotThere):
        return {}
    deleted = {}
    for record in records:
        told = decode(Notification, record.payload)[0]
        if told.generated_activity and record.posted_at:
            urn = whole_comment_urn(told.generated_activity)
            deleted[urn] = f"; its notification of {record.posted_at:%Y-%m-%d %H:%M} UTC says: deleted"
    return deleted
