"""The switchboard: named faults, where they strike, and how often.

Each kind of fault is a function that is given the question and a way to get the true answer.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from paloverde.simulator.city import City
from paloverde.simulator.sites import FILES, SITES, TOKENS, Site
from paloverde.simulator.wire import Ask, Reply

LISTS = ("data", "elements", "items")
HTML = (
    b"<!DOCTYPE html><html><head><title>Sorry, something went wrong.</title></head>"
    b"<body><h1>Sorry, something went wrong.</h1><p>We're working on it.</p></body></html>"
)


@dataclass(slots=True)
class Fault:
    """One switched-on fault.

    `site` and `path` (a prefix below the site, "" for all; `contains` looks anywhere in path and query)
    say where. It strikes from the `nth` matching call on, `times` times (None: until switched off).
    """

    kind: str
    site: str
    path: str = ""
    contains: str = ""
    nth: int = 1
    times: int | None = 1
    options: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    struck: int = 0

    def strikes(self, site: str, ask: Ask) -> bool:
        """Counts a call, and says whether the fault takes it."""
        where = ask.path + "?" + "&".join(f"{k}={v}" for k, v in ask.query.items() if k != "access_token")
        if site != self.site or not ask.path.startswith(self.path) or self.contains not in where:
            return False
        self.seen += 1
        if self.seen < self.nth or (self.times is not None and self.struck >= self.times):
            return False
        self.struck += 1
        return True


@dataclass(frozen=True, slots=True)
class Struck:
    """The moment a fault takes a call: `answer()` is what the site would truly say."""

    city: City
    site: Site
    ask: Ask
    fault: Fault

    def answer(self, ask: Ask | None = None) -> Reply:
        return self.site.answer(self.city, ask or self.ask)

    def refusal(self, name: str) -> Reply:
        return self.site.refusals[name](self.city, self.ask, self.fault.options)

    @property
    def options(self) -> dict[str, Any]:
        return self.fault.options


def _refused(name: str) -> Callable[[Struck], Reply]:
    return lambda struck: struck.refusal(name)


def _short_body(struck: Struck) -> Reply:
    reply = struck.answer(_plain(struck.ask))
    reply.keep = float(struck.options.get("keep", 0.5))
    return reply


def _plain(ask: Ask) -> Ask:
    """The same question from a client that takes no gzip."""
    headers = {k: v for k, v in ask.headers.items() if k != "accept-encoding"}
    return replace(ask, headers=headers)


def _truncated_gzip(struck: Struck) -> Reply:
    """Announced whole, sent in part. Needs a client that takes gzip; any other gets a short body."""
    reply = struck.answer()
    reply.keep = float(struck.options.get("keep", 0.5))
    return reply


def _empty_page(struck: Struck) -> Reply:
    reply = struck.answer()
    if _is_list(struck, reply):
        reply.payload = struck.site.empty_page(struck.city, struck.ask, reply.payload)
    return reply


def _is_list(struck: Struck, reply: Reply) -> bool:
    return reply.status == 200 and struck.site.empty(reply.payload) is not reply.payload


def _repeated_cursor(struck: Struck) -> Reply:
    """The first page for ever, whatever the cursor."""
    return struck.answer(struck.ask.without(*struck.site.cursors))


def _slow(struck: Struck) -> Reply:
    reply = struck.answer()
    reply.delay = float(struck.options.get("seconds", 2.0))
    return reply


def _html(struck: Struck) -> Reply:
    return Reply(
        int(struck.options.get("status", 200)),
        body=HTML,
        headers={"Content-Type": "text/html; charset=utf-8"},
    )


def _reduce_data(struck: Struck) -> Reply:
    """Refuses until no more than `above` items are asked for, and always for the id `poison`."""
    asked = int(struck.ask.query.get(struck.site.page_size, "25"))
    poison = struck.options.get("poison")
    poisoned = poison is not None and poison in struck.ask.path + struck.ask.query.get("ids", "")
    if poisoned or asked > int(struck.options.get("above", 5)):
        return struck.refusal("reduce_data")
    return struck.answer()


def _permission_lost(struck: Struck) -> Reply:
    """An error, or with `silent` an empty list that looks like a true one."""
    if not struck.options.get("silent"):
        return struck.refusal("permission_lost")
    return _emptied(struck)


def _emptied(struck: Struck) -> Reply:
    reply = struck.answer()
    reply.payload = struck.site.empty(reply.payload)
    return reply


def _outage(struck: Struck) -> Reply:
    """Every list empty with a 200. Look-ups fail, or with `lookups: gone` say that everything is gone."""
    reply = struck.answer()
    if _is_list(struck, reply):
        reply.payload = struck.site.empty(reply.payload)
        return reply
    return struck.refusal("gone" if struck.options.get("lookups") == "gone" else "server_error")


def _drop(_: Struck) -> Reply:
    return Reply(drop=True)


def _shuffled(struck: Struck) -> Reply:
    """The items of a page in another order; nothing is lost."""
    reply = struck.answer()
    random.Random(struck.fault.seen).shuffle(_items(reply))  # noqa: S311  a repeatable disorder
    return reply


def _items(reply: Reply) -> list[Any]:
    """The list of an answer itself, whatever the site calls it; none where it has no list."""
    named = reply.payload if isinstance(reply.payload, dict) else {}
    return next((named[name] for name in LISTS if isinstance(named.get(name), list)), [])


def _pinned_first(struck: Struck) -> Reply:
    """The first page of a listing opens with the pinned post, which is much older than the rest."""
    reply = struck.answer()
    pinned = struck.city.presences[struck.site.name].pinned
    first = all(struck.ask.query.get(name, "0") == "0" for name in struck.site.cursors)
    items = _items(reply)
    if pinned is not None and first and items:
        whole = struck.answer(
            Ask(
                "GET",
                _lookup_path(struck, pinned.id),
                _same_fields(struck),
                struck.ask.headers,
                struck.ask.base,
            )
        )
        if whole.status != 200:  # a site without such a look-up pins nothing
            return reply
        shown = whole.payload.get("data", whole.payload)
        items[:] = [shown, *(item for item in items if item["id"] != pinned.id)]
    return reply


def _lookup_path(struck: Struck, native_id: str) -> str:
    folder = {"x": "/2/tweets/", "linkedin": "/posts/"}.get(struck.site.name, "/")
    return f"{folder}{quote(native_id, safe='')}"


def _offset_drift(struck: Struck) -> Reply:
    """As if so many items at the top (`by`) had been deleted: all that follows moves up."""
    start = int(struck.ask.query.get("start", "0")) + int(struck.options.get("by", 3))
    reply = struck.answer(struck.ask.having(start=str(start)))
    for name in ("start", "total"):
        if name in reply.payload.get("paging", {}):
            reply.payload["paging"][name] -= int(struck.options.get("by", 3))
    return reply


def _null_elements(struck: Struck) -> Reply:
    """The first item of a page is null."""
    reply = struck.answer()
    _items(reply)[:1] = [None]
    return reply


def _same_fields(struck: Struck) -> dict[str, str]:
    return {k: v for k, v in struck.ask.query.items() if "fields" in k or k == "access_token"}


@dataclass(frozen=True, slots=True)
class Kind:
    help: str
    strike: Callable[[Struck], Reply]
    sites: frozenset[str] = frozenset(SITES)  # those that know this trouble


GRAPH = frozenset({"facebook", "instagram"})
ONLY_X = frozenset({"x"})
ONLY_LINKEDIN = frozenset({"linkedin"})
ONLY_YOUTUBE = frozenset({"youtube"})
ONLY_FILES = frozenset({FILES.name})
EVERYWHERE = frozenset({*SITES, FILES.name, TOKENS.name})

KINDS: dict[str, Kind] = {
    "rate_limited": Kind("X: 429 with reset_in seconds. Facebook: as throttle.", _refused("rate_limited")),
    "throttle": Kind("A limit in a body: code, status, minutes.", _refused("throttle"), GRAPH),
    "truncated_gzip": Kind("The gzip body stops after keep (0..1) of it.", _truncated_gzip, EVERYWHERE),
    "short_body": Kind("The plain body stops after keep (0..1) of it.", _short_body, EVERYWHERE),
    "empty_page": Kind("No items, and a cursor that leads on to them.", _empty_page),
    "repeated_cursor": Kind("The first page again for every cursor.", _repeated_cursor),
    "expired_token": Kind("The token is dead: Facebook 190 with subcode, X 401.", _refused("expired_token")),
    "server_error": Kind("status 500, 502 or 503.", _refused("server_error"), EVERYWHERE),
    "slow": Kind("The answer comes after seconds.", _slow, EVERYWHERE),
    "html": Kind("A web page instead of JSON, with status.", _html, EVERYWHERE),
    "reduce_data": Kind("Code 1 above so many items; always for poison.", _reduce_data, GRAPH),
    "permission_lost": Kind("Facebook code 10 or 200, X 403; silent: an empty list.", _permission_lost),
    "outage": Kind("Every list empty with 200; look-ups fail, or lookups: gone.", _outage),
    "credits": Kind("402, the account's credits are used up.", _refused("credits"), ONLY_X),
    "drop": Kind("The connection closes without an answer.", _drop, EVERYWHERE),
    "expired_media": Kind("403: the address has expired.", _refused("expired_media"), ONLY_FILES),
    "quota_exceeded": Kind("403, the day's quota is used up.", _refused("quota_exceeded"), ONLY_YOUTUBE),
    "processing_failure": Kind("400, which passes.", _refused("processing_failure"), ONLY_YOUTUBE),
    "comments_disabled": Kind("403, comments are off.", _refused("comments_disabled"), ONLY_YOUTUBE),
    "shuffled": Kind("The items of a page in another order.", _shuffled),
    "pinned_first": Kind("The first page opens with the old pinned post.", _pinned_first),
    "version_sunset": Kind("426, the version of the API is dead.", _refused("version_sunset"), ONLY_LINKEDIN),
    "offset_drift": Kind("As if the first items (by) had just been deleted.", _offset_drift, ONLY_LINKEDIN),
    "null_elements": Kind("The first item of a page is null.", _null_elements, ONLY_LINKEDIN),
}  # fmt: skip


class Switchboard:
    """The faults that are on, in the order in which they were switched on; the first that strikes wins."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def add(self, wish: dict[str, Any]) -> Fault:
        """Switches a fault on. Raises `ValueError` with one plain sentence where the wish cannot be met."""
        kind, site = wish.get("kind", ""), wish.get("site", "")
        if kind not in KINDS:
            raise ValueError(f"There is no fault {kind!r}; choose one of: {', '.join(KINDS)}.")
        if site not in KINDS[kind].sites:
            raise ValueError(
                f"The fault {kind!r} needs a site that knows it: {', '.join(sorted(KINDS[kind].sites))}."
            )
        known = {"kind", "site", "path", "contains", "nth", "times"}
        options = {name: value for name, value in wish.items() if name not in known}
        fault = Fault(options=options, **{name: wish[name] for name in known & wish.keys()})
        self.faults.append(fault)
        return fault

    def clear(self) -> int:
        number = len(self.faults)
        self.faults.clear()
        return number

    def answer(self, city: City, site: Site, ask: Ask) -> Reply:
        """The site's answer, as the faults leave it."""
        for fault in self.faults:
            if fault.strikes(site.name, ask):
                return KINDS[fault.kind].strike(Struck(city, site, ask, fault))
        return site.answer(city, ask)
