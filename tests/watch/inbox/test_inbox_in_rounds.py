"""A round over a real archive: an official's account, an e-mail that was handed in, a question that waits."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from paloverde.imports.said import Wish
from paloverde.records import Account, Holder, Kind
from paloverde.watch.findings import State
from paloverde.watch.inbox import forwarding, question_waiting
from watchedcity import WatchedCity

ANAS_X = Account("x-ana-duarte", "x", "4001", "anaduarte", Holder.OFFICIAL)
A_WEEK_AGO = datetime.now(UTC) - timedelta(days=7)
COMMENT = {"native_id": "77", "kind": "comment", "text": "Why is the zoning map not online?", "visibility": "public",
           "parent_id": "70", "thread_id": "70", "poster_id": "7001", "posted_at": A_WEEK_AGO.isoformat()}  # fmt: skip


def heard(city: WatchedCity, account: Account, *said: dict[str, Any]) -> None:
    file = city.home / f"{account.slug}.jsonl"
    file.write_text("\n".join(map(json.dumps, said)))
    wish = Wish(format="records", kind=Kind.POST)
    city.city.import_files(account.slug, [file], wish, "test", lambda _: None)


def test_what_an_official_forwards_ends_the_finding(tmp_path: Path) -> None:
    city = WatchedCity(tmp_path / "home")
    city.city.register_account(ANAS_X)
    heard(city, ANAS_X, COMMENT)
    watch = city.watch(forwarding.CHECK)
    body = {"id": "council", "name": "City Council", "seats": "5", "terms": "zoning"}
    watch.put("bodies", body, "cleo")
    assert watch.round().found == 1
    [one] = watch.findings()
    assert one.finding.about == ANAS_X.slug
    assert one.finding.links == ("x-ana-duarte/comment/77",)
    assert "received 1 comment with words" in one.finding.said
    mail = {"native_id": "1@mail.example", "kind": "message", "visibility": "private",
            "text": "Fwd: from my page\n> Why is the zoning map\n> not online?"}  # fmt: skip
    city.hear("mail", mail)
    done = watch.round()
    assert (done.found, done.ended, done.troubles) == (0, 1, ())
    assert [one.state for one in watch.findings(state="")] == [State.ENDED]


def test_a_question_waits_until_its_answer_is_noted(tmp_path: Path) -> None:
    city = WatchedCity(tmp_path / "home")
    watch = city.watch(question_waiting.CHECK)
    given = {"item": "x-ana-duarte/comment/77", "department": "Planning", "sent_at": A_WEEK_AGO.isoformat()}
    id_ = watch.put("questions", given | {"sent_at": "2026-01-05T09:00"}, "cleo")
    watch.put("questions", given | {"sent_at": datetime.now(UTC).isoformat()}, "cleo")
    assert watch.round().found == 1
    [one] = watch.findings()
    assert one.finding.about == f"questions/{id_}"
    watch.put("questions", given | {"answered_at": datetime.now(UTC).isoformat()}, "cleo", id_=id_)
    assert watch.round().ended == 1
