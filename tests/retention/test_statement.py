"""The Trusted System Statement: what it reads of real stores, and that it never claims more than it read."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from exports import account, shown
from paloverde.archive.kept import Totals
from paloverde.archive.ledger import Event
from paloverde.archive.seal import Coverage, RunKind
from paloverde.archive.store.interface import Grade, Stored
from paloverde.archive.store.live import LiveSettings, Rights
from paloverde.capture.intake import Intake
from paloverde.capture.media import MediaKeeper
from paloverde.capture.sealing import Run, seal_run
from paloverde.capture.spool import Spool
from paloverde.errors import Unreachable
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.platforms.conversation import Found
from paloverde.platforms.exchange import Exchange
from paloverde.records import Medium, archive_day
from paloverde.retention.inspected import (
    Copied,
    Credential,
    Examined,
    Head,
    Held,
    Inspected,
    Place,
    Read,
    Sampled,
)
from paloverde.retention.requirements import requirements_of
from paloverde.retention.rules import RULES
from paloverde.retention.statement import Answer, Requirement, Statement, statement_of
from paloverde.retention.statement_page import statement_page
from paloverde.settings import load
from stores import NO_SERVER, bucket_at, find_s3
from stores import Place as Bucket

POSTED = datetime(2024, 5, 6, 17, 0, tzinfo=UTC)
AT = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
STORE_ROWS = ("guarded", "tried", "apart", "controls", "certified")


def installation(home: Path, place: Bucket | None = None, **more: str) -> Installation:
    environment = {"PALOVERDE_HOME": str(home), "PALOVERDE_AGENCY_NAME": "City of <Palma> Ria"} | more
    if place is not None:
        environment |= {
            "PALOVERDE_STORE": place.url,
            "PALOVERDE_S3_ENDPOINT": place.keys["endpoint"],
            "PALOVERDE_S3_ACCESS_KEY": place.keys["access_key"],
            "PALOVERDE_S3_SECRET_KEY": place.keys["secret_key"],
        }
    city = open_installation(load(environment))
    city.register_account(account("x"))
    night(city)
    return city


def no_file(medium: Medium) -> bytes:
    raise Unreachable(f"nobody fetches {medium.url} here")


def night(city: Installation) -> None:
    """Seal a night with one post."""
    now = city.vault.clock()
    post = shown("x", "1", "Pool hours", POSTED)
    sent = Exchange("https://api.test/posts", (), 200, "OK", (), b"[" + post.payload + b"]", now)
    with Spool() as spool:
        intake = Intake(account("x"), archive_day(now), city.vault, spool, MediaKeeper(no_file, spool))
        intake.exchange(sent)
        intake.found(Found([post], stream="posts"))
        intake.close_batch()
        run = Run(account("x"), archive_day(now), RunKind.NIGHT, now, Coverage(), {"records": 1})
        seal_run(city.vault, spool, run, intake.digest)


def rows(made: Statement) -> dict[str, Requirement]:
    return {one.id: one for one in made.requirements}


def test_a_directory_is_called_application_enforced_and_never_a_trusted_system(tmp_path: Path) -> None:
    city = installation(tmp_path)
    made, _ = city.retention.state("clerk")
    found = rows(made)
    assert {found[id_].answer for id_ in STORE_ROWS} == {Answer.NOT_MET}
    assert "application-enforced" in found["guarded"].because
    assert "can alter or delete every file" in found["guarded"].because
    assert found["copies"].because == "PALOVERDE_SECOND_STORE is not set: there is one copy only"
    assert found["admissible"].answer is Answer.NOT_MET
    assert found["sealed"].answer is Answer.MET
    assert found["read-again"].because == "nothing was ever read again: run `paloverde fixity`"
    assert found["scheduled"].answer is Answer.NOT_MET
    assert made.inspected.first.rights == Rights(deletes=True, lifts_locks=True)
    assert {one.mode for one in made.inspected.first.sample} == {Grade.APPLICATION}
    assert all(one.locked_until and one.locked_until > made.made_at for one in made.inspected.first.sample)


def test_what_was_done_since_shows_in_the_next_statement(tmp_path: Path) -> None:
    city = installation(tmp_path, PALOVERDE_SECOND_STORE=f"file://{tmp_path}/second")
    city.examine_store()
    city.check_fixity()
    made, _ = city.retention.state("clerk")
    found = rows(made)
    assert found["tried"].answer is Answer.MET
    assert found["tried"].evidence[0].key.startswith("probe/evidence/")
    assert found["read-again"].answer is Answer.MET
    assert found["second-guarded"].answer is Answer.NOT_MET
    assert found["copies"].because == "nothing lies in the second copy yet: run `paloverde copies`"
    assert found["other-keys"].because == "it is a directory that this program's own user writes"
    first, second = made.inspected.places
    assert (first.name, second.name) == ("first copy", "second copy")
    assert first.examined is not None
    assert second.examined is None  # what the first was found to keep says nothing of the second
    event = city.ledger.entries()[-2].event
    assert event.what == "trusted system stated"
    assert int(event.about["not met"]) == sum(one.answer is Answer.NOT_MET for one in made.requirements)


def test_a_signing_key_that_others_may_read_is_told(tmp_path: Path) -> None:
    city = installation(tmp_path)
    assert rows(city.retention.state("clerk")[0])["signed"].answer is Answer.MET
    key = city.settings.signing_key_file
    key.chmod(key.stat().st_mode | stat.S_IRGRP)
    assert rows(city.retention.state("clerk")[0])["signed"].answer is Answer.NOT_MET


def test_a_signing_key_that_was_stated_as_lost_is_told(tmp_path: Path) -> None:
    city = installation(tmp_path)
    assert "lost" not in rows(city.retention.state("clerk")[0])["sealed"].because
    city.settings.signing_key_file.unlink()
    city = open_installation(city.settings, purpose=Purpose.NEW_KEY)
    city.keys.replace_lost("The safe burned.", "it")
    sealed = rows(city.retention.state("clerk")[0])["sealed"]
    assert sealed.answer is Answer.MET
    assert "signing keys that were stated as lost: 1" in sealed.because
    assert "The key before it was LOST" in sealed.evidence[-1].what
    assert "The safe burned" in sealed.evidence[-1].what


def test_a_seal_that_was_altered_is_told(tmp_path: Path) -> None:
    city = installation(tmp_path)
    made, _ = city.retention.state("clerk")
    assert made.inspected.last_seal is not None
    seal = tmp_path / "archive" / made.inspected.last_seal.key
    seal.chmod(0o600)
    seal.write_bytes(seal.read_bytes().replace(b"night", b"sweep", 1))
    assert rows(city.retention.state("clerk")[0])["sealed"].answer is Answer.NOT_MET


def test_an_object_that_is_gone_shows_in_the_sample(tmp_path: Path) -> None:
    city = installation(tmp_path)
    made, _ = city.retention.state("clerk")
    gone = tmp_path / "archive" / made.inspected.first.sample[0].key
    gone.unlink()
    again, page = city.retention.state("clerk")
    (missing,) = [one for one in again.inspected.first.sample if one.trouble]
    assert missing.key == made.inspected.first.sample[0].key
    assert missing.key in page.decode()


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    access = find_s3()
    if access is None:
        pytest.skip(NO_SERVER)
    with bucket_at("server", access) as place:
        yield place


@pytest.mark.s3
def test_a_locked_bucket_is_read_and_tried_and_its_lock_is_not_oversold(
    tmp_path: Path, bucket: Bucket
) -> None:
    city = installation(tmp_path, bucket)
    made, page = city.retention.state("clerk")
    first, found = made.inspected.first, rows(made)
    assert first.trouble == ""
    assert first.grade is Grade.GOVERNANCE
    assert first.settings is not None
    assert first.settings.keeps_versions
    assert first.settings.default_lock == "none: each object is locked by the program that writes it"
    assert first.sample
    assert {one.mode for one in first.sample} == {Grade.GOVERNANCE}
    # The test's own key belongs to an administrator of that server, and the statement must say so.
    assert first.rights == Rights(deletes=True, lifts_locks=True)
    assert found["guarded"].answer is Answer.NOT_MET
    assert "the archive's own credentials could lift one just now" in found["guarded"].because
    assert "the credentials that write there could delete just now" in found["apart"].because
    assert found["certified"].answer is Answer.UNKNOWN
    assert found["controls"].because == "no passed examination shows that the locks hold"
    assert first.sample[0].sha256 in page.decode()
    assert bucket.keys["secret_key"] not in page.decode()


@pytest.mark.s3
def test_a_second_copy_that_does_not_answer_is_told_and_no_reason_to_say_nothing(
    tmp_path: Path, bucket: Bucket
) -> None:
    city = installation(
        tmp_path,
        PALOVERDE_SECOND_STORE="s3://no-such-bucket-of-ours",
        PALOVERDE_SECOND_S3_ENDPOINT=bucket.keys["endpoint"],
        PALOVERDE_SECOND_S3_ACCESS_KEY=bucket.keys["access_key"],
        PALOVERDE_SECOND_S3_SECRET_KEY=bucket.keys["secret_key"],
    )
    found = rows(city.retention.state("clerk")[0])
    assert "has no such bucket" in found["copies"].because
    assert found["copies"].answer is found["second-guarded"].answer is Answer.NOT_MET


def sampled(**more: object) -> Sampled:
    one = Sampled("records", "records/a", "a" * 64, AT + timedelta(days=100), Grade.COMPLIANCE)
    return msgspec.structs.replace(one, **more)


def best() -> Inspected:
    """Two COMPLIANCE stores with everything done that a program can see."""
    settings = LiveSettings(True, "none", ())
    examined = Examined(AT - timedelta(days=3), True, True, "probe/evidence/r.json", "b" * 64)
    place = Place(
        "first copy", "S3 bucket a", Grade.COMPLIANCE, settings, Rights(False, False), (sampled(),), examined
    )
    second = msgspec.structs.replace(place, name="second copy", description="S3 bucket b")
    names = ("S3", "DESTROY_S3", "SECOND_S3", "SECOND_DESTROY_S3")
    return Inspected(
        at=AT, agency="City", software="Paloverde", lock_mode="COMPLIANCE", lock_years=2, fixity_days=30,
        places=(place, second), totals=Totals(9, 900, 9, 900, 0, 0, 0, 0), copied=Copied(0, AT),
        read=Read(AT, 0, Event("fixity checked", "fixity", AT, {"checked": "9"})), seals=2,
        last_seal=Stored("runs/2", "v", "c" * 64, 10), seal_trouble="", entries=7, public_key="k", key_is_private=True,
        head=Head(7, AT, "ledger/head", "d" * 64, 2), authorities=2, witnesses=1,
        credentials=tuple(Credential(f"PALOVERDE_{name}_ACCESS_KEY", True, True) for name in names),
        schedules=("2026-41",), held=Held(1, 3, 4, 0),
    )  # fmt: skip


def answers(found: Inspected) -> dict[str, Answer]:
    return {one.id: one.answer for one in requirements_of(found)}


def with_place(found: Inspected, at: int = 0, **more: object) -> Inspected:
    places = list(found.places)
    places[at] = msgspec.structs.replace(places[at], **more)
    return msgspec.structs.replace(found, places=tuple(places))


def test_at_its_best_nothing_is_unmet_and_what_people_must_say_is_still_left_to_them() -> None:
    found = answers(best())
    assert Answer.NOT_MET not in found.values()
    left = {id_ for id_, answer in found.items() if answer is Answer.UNKNOWN}
    assert left == {
        "certified", "other-keys", "media", "procedures", "admissible", "presumption", "reach", "design", "manuals",
    }  # fmt: skip


WORSE = {
    "nothing sealed": ({"last_seal": None, "seals": 0}, "sealed"),
    "broken seal": ({"seal_trouble": "its signature does not hold"}, "sealed"),
    "damaged": ({"totals": Totals(9, 900, 9, 900, 0, 0, 0, 1)}, "read-again"),
    "overdue": ({"totals": Totals(9, 900, 9, 900, 0, 1, 0, 0)}, "read-again"),
    "never read": ({"read": Read(None, 0, None)}, "read-again"),
    "late": ({"read": Read(AT, 2, Event("fixity checked", "f", AT, {}))}, "read-again"),
    "one copy": ({"copied": Copied(3, AT)}, "copies"),
    "nothing copied": ({"totals": Totals(9, 900, 0, 0, 0, 0, 0, 0)}, "copies"),
    "no schedule": ({"schedules": ()}, "scheduled"),
    "hold unseen": ({"held": Held(1, 3, 4, 1)}, "held"),
    "hold not gathered": ({"held": Held(1, 0, 0, 0, waiting=1)}, "held"),
    "held without objects": ({"held": Held(1, 3, 0, 0)}, "held"),
    "no head": ({"head": None}, "stamped"),
    "one stamp": ({"head": Head(7, AT, "k", "d" * 64, 1)}, "stamped"),
    "old stamp": ({"head": Head(7, AT - timedelta(days=9), "k", "d" * 64, 2)}, "stamped"),
    "open key": ({"key_is_private": False}, "signed"),
}
WORSE_PLACE = {
    "governance that the archive can lift": ({"grade": Grade.GOVERNANCE, "rights": Rights(False, True)}, "guarded"),
    "no versions": ({"settings": LiveSettings(False, "none", ())}, "guarded"),
    "expiry": ({"settings": LiveSettings(True, "none", ("old",))}, "controls"),
    "no lock": ({"sample": (sampled(locked_until=None),)}, "guarded"),
    "weaker lock": ({"sample": (sampled(mode=Grade.GOVERNANCE),)}, "guarded"),
    "missing object": ({"sample": (sampled(trouble="gone"),)}, "guarded"),
    "nothing stored": ({"sample": ()}, "guarded"),
    "not examined": ({"examined": None}, "guarded"),
    "failed": ({"examined": Examined(AT, False, False, "k", "e" * 64)}, "tried"),
    "long ago": ({"examined": Examined(AT - timedelta(days=41), True, True, "k", "e" * 64)}, "tried"),
    "archive deletes": ({"rights": Rights(True, False)}, "apart"),
    "unread": ({"trouble": "it did not answer", "rights": None}, "apart"),
    "directory": ({"grade": Grade.APPLICATION}, "certified"),
}  # fmt: skip


@pytest.mark.parametrize("worse", WORSE)
def test_one_thing_missing_is_one_thing_not_met(worse: str) -> None:
    change, id_ = WORSE[worse]
    found = answers(msgspec.structs.replace(best(), **change))
    assert found[id_] is Answer.NOT_MET


@pytest.mark.parametrize("worse", WORSE_PLACE)
def test_one_thing_wrong_with_the_store_is_not_met_and_no_trusted_system_is_claimed(worse: str) -> None:
    change, id_ = WORSE_PLACE[worse]
    found = answers(with_place(best(), **change))
    assert found[id_] is Answer.NOT_MET
    assert found["admissible"] is Answer.NOT_MET


def test_governance_that_the_archive_cannot_lift_is_left_to_people() -> None:
    found = with_place(
        best(), grade=Grade.GOVERNANCE, rights=Rights(False, False), sample=(sampled(mode=Grade.GOVERNANCE),)
    )
    assert answers(found)["guarded"] is Answer.UNKNOWN


def test_a_key_for_destruction_that_writes_too_is_not_apart() -> None:
    found = best()
    keys = [
        msgspec.structs.replace(one, is_its_own=one.name != "PALOVERDE_DESTROY_S3_ACCESS_KEY")
        for one in found.credentials
    ]
    assert answers(msgspec.structs.replace(found, credentials=tuple(keys)))["apart"] is Answer.NOT_MET


class Outline(HTMLParser):
    """What an accessible page must have: its tags, headings, header cells, labels and outside loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


def test_the_page_is_one_accessible_file_without_scripts_or_outside_loads() -> None:
    found = with_place(best(), description="<script>alert(1)</script>")
    made = statement_of(found, requirements_of(found))
    text = statement_page(made, Stored("papers/statements/x", "v", "f" * 64, 1)).decode()
    page = Outline(text)
    assert "<script" not in text
    assert not page.all("script", "img", "link", "iframe", "object", "form")
    assert all(str(one["href"]).startswith("#") for one in page.all("a"))
    assert "http" not in re.sub(r"http-equiv", "", text)
    assert page.all("html")[0]["lang"] == "en"
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    assert all(one.get("scope") in ("col", "row") for one in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) == 4
    ids = [one["id"] for _, one in page.tags if "id" in one]
    assert len(ids) == len(set(ids))
    assert {one["aria-labelledby"] for _, one in page.tags if "aria-labelledby" in one} <= set(ids)
    assert "@media print" in text
    for one in made.requirements:
        assert one.law in text
    assert "f" * 64 in text


def test_every_row_cites_a_rule_with_its_mark() -> None:
    cites = {rule.cite for rule in RULES.values()}
    for one in requirements_of(best()):
        assert one.law in cites
        assert "not verified by counsel" in one.mark
        assert one.because
    laws = {one.law for one in requirements_of(best())}
    assert {"Gov. Code 12168.7(c)", "Gov. Code 12168.7(d)", "Evid. Code 1550(a)(1)", "2 CCR 22620.7"} <= laws
