"""Found records and decisions for tests of requests; every person in them is invented."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Any

from paloverde.requests.review import Decision, Exempted, Span, Verdict
from paloverde.search.hits import Hit

NOON = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
PRIVACY = Exempted("EX-PRIV", {"privacy": "the neighbour who wrote; nobody asked for the number"})


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def hit(text: str | None = "", **more: Any) -> Hit:
    """A comment as a search finds it, unless told otherwise."""
    plain: dict[str, Any] = {
        "account": "x-palmaria", "date": date(2026, 11, 22), "platform": "x", "kind": "comment",
        "native_id": "1811", "text": text, "posted_at": NOON, "observed_at": NOON, "visibility": "public",
        "version_sha256": sha(f"{text}{more.get('native_id')}"), "payload_sha256": sha(f"payload of {text}"),
        "exchange_key": "exchanges/1.warc.gz", "exchange_offset": 12, "payload_position": 40,
        "part": "records/1.parquet", "row": 3, "sequence": 7,
    }  # fmt: skip
    return Hit(**{**plain, **more})


def decision(of: Hit, verdict: Verdict = Verdict.RESPONSIVE, **more: Any) -> Decision:
    plain: dict[str, Any] = {"decided_by": "Cleo Park", "title": "Deputy Clerk", "decided_at": NOON}
    return Decision(
        account=of.account, kind=of.kind, native_id=of.native_id, version_sha256=of.version_sha256,
        verdict=verdict, **{**plain, **more},
    )  # fmt: skip


def marked(of: Hit, words: str, where: str = "text", code: str = "EX-PRIV") -> Span:
    """The first place of some words in a text of a record, as a person marks it."""
    text = of.media[int(where.split(".")[1])].alt_text if where.startswith("media.") else getattr(of, where)
    assert text is not None
    start = text.index(words)
    return Span(where, start, start + len(words), code)


def in_part(of: Hit, *spans: Span, **more: Any) -> Decision:
    more = {"exempted": (PRIVACY,), **more}
    return decision(of, Verdict.EXEMPT_IN_PART, spans=spans, **more)
