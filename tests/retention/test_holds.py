"""Who may order what about a hold, and what its papers say."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from paloverde.archive.store.rules import digest_of
from paloverde.errors import BadQuestion, PersonNeeded, Suspicious
from paloverde.records import archive_day
from paloverde.retention.facts import HoldKind
from paloverde.retention.hold_scope import Scope, names_of, plain_link
from paloverde.retention.holds import By, Trigger
from plaza import PlazaSite, plaza
from retention.holding import CLERK, COUNSEL, FIRST, SECOND, HoldingCity


@pytest.fixture(scope="module")
def site() -> Iterator[PlazaSite]:
    with plaza() as running:
        running.post("p1", "The dog park opens on Monday")
        yield running


@pytest.fixture
def city(tmp_path: Path, site: PlazaSite) -> HoldingCity:
    city = HoldingCity(tmp_path, site)
    city.night(FIRST)
    return city


def whats(city: HoldingCity) -> list[str]:
    return [entry.event.what for entry in city.ledger.entries()]


def test_only_counsel_issues_widens_and_releases(city: HoldingCity, tmp_path: Path) -> None:
    memo = tmp_path / "memo.pdf"
    memo.write_bytes(b"%PDF-1.7 The claim was withdrawn.")
    with pytest.raises(PersonNeeded, match="Cleo Park has the role clerk, and only counsel may issue"):
        city.holds.issue("LIT-1", "A matter", Scope(words="dog"), Trigger.CLAIM, CLERK)
    assert city.holds.all() == []
    city.issue()
    with pytest.raises(PersonNeeded, match="only counsel may widen"):
        city.holds.amend("LIT-1", Scope(words="cat"), "more", CLERK)
    with pytest.raises(PersonNeeded, match="only counsel may release"):
        city.holds.release("LIT-1", memo, CLERK)
    assert city.holds.is_active(city.holds.get("LIT-1"))
    assert city.bearing() != set()


def test_a_release_needs_a_memo_which_is_kept_and_named_by_its_hash(
    city: HoldingCity, tmp_path: Path
) -> None:
    city.issue()
    memo = tmp_path / "memo.pdf"
    memo.write_bytes(b"")
    with pytest.raises(BadQuestion, match=r"The memo memo\.pdf is empty"):
        city.holds.release("LIT-1", memo, COUNSEL)
    memo.write_bytes(b"%PDF-1.7 The claim was withdrawn.")
    city.holds.release("LIT-1", memo, COUNSEL)
    assert len(city.cabinet.history("hold-memos", "LIT-1")) == 1
    released = city.holds.get("LIT-1").released
    assert released is not None
    assert (released.memo, released.memo_sha256) == ("memo.pdf", digest_of(memo, "sha256").hex())
    assert whats(city)[-3:] == ["release memo filed", "hold released", "legal holds lifted"]


def test_the_memo_lies_sealed_everywhere_and_only_counsel_reads_it(city: HoldingCity, tmp_path: Path) -> None:
    secret = b"Zebra-parliament: we settled, and why"
    city.issue()
    memo = tmp_path / "outside" / "memo.txt"
    memo.parent.mkdir()
    memo.write_bytes(secret)
    city.holds.release("LIT-1", memo, COUNSEL)
    memo.unlink()
    forms = [secret, b"Zebra", *(base64.b64encode(b"\0" * n + secret)[4:-4] for n in range(3))]
    bodies = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    bodies += [zlib.decompress(body, wbits=31) for body in bodies if body[:2] == b"\x1f\x8b"]
    assert any(b"hold released" in body for body in bodies)
    assert not any(form in body for form in forms for body in bodies)
    with pytest.raises(PersonNeeded, match="only counsel may read the memo"):
        city.holds.memo("LIT-1", CLERK)
    assert "release memo read" not in whats(city)
    assert city.holds.memo("LIT-1", COUNSEL) == secret
    assert whats(city)[-1] == "release memo read"
    city.rebuilt()
    assert city.holds.memo("LIT-1", COUNSEL) == secret


def test_the_same_release_again_changes_nothing_and_another_memo_is_refused(
    city: HoldingCity, tmp_path: Path
) -> None:
    city.issue()
    city.release()
    before = whats(city)
    city.release()
    assert whats(city) == before
    other = tmp_path / "other.txt"
    other.write_text("Another memo")
    with pytest.raises(BadQuestion, match="already, with another memo"):
        city.holds.release("LIT-1", other, COUNSEL)


def test_a_hold_that_was_widened_since_it_was_seen_is_not_released(city: HoldingCity, tmp_path: Path) -> None:
    city.issue()
    seen, memo = city.holds.get("LIT-1").papers, tmp_path / "memo.pdf"
    memo.write_bytes(b"%PDF-1.7 The claim was withdrawn.")
    city.holds.amend("LIT-1", Scope(words="cat"), "more", COUNSEL)
    with pytest.raises(BadQuestion, match="Something was ordered about LIT-1 meanwhile"):
        city.holds.release("LIT-1", memo, COUNSEL, after=seen)
    assert city.cabinet.history("hold-memos", "LIT-1") == []
    city.holds.release("LIT-1", memo, COUNSEL, after=city.holds.get("LIT-1").papers)
    city.holds.release("LIT-1", memo, COUNSEL, after=seen)  # the same again completes it


def test_the_same_issue_again_changes_nothing_and_another_scope_is_refused(city: HoldingCity) -> None:
    city.issue(words="dog")
    city.issue(words="dog")
    assert whats(city).count("hold issued") == 1
    with pytest.raises(BadQuestion, match="was issued already, and says something else"):
        city.issue(words="cat")


def test_two_people_who_issue_under_one_name_do_not_both_succeed(city: HoldingCity) -> None:
    city.issue(words="dog")
    act = city.cabinet.history("holds", "LIT-1")[0]
    with pytest.raises(Suspicious, match="Somebody else has filed something about LIT-1"):
        city.cabinet.file("holds", "LIT-1", b"{}", what="hold issued", actor="another", after=act.number - 1)


def test_a_hold_that_is_over_is_neither_widened_nor_issued_again(city: HoldingCity) -> None:
    city.issue()
    city.release()
    with pytest.raises(BadQuestion, match="LIT-1 is over"):
        city.issue()
    assert city.bearing() == set()
    with pytest.raises(BadQuestion, match="LIT-1 is over"):
        city.holds.amend("LIT-1", Scope(words="cat"), "more", COUNSEL)


def test_a_request_is_closed_and_a_litigation_hold_is_released(city: HoldingCity, tmp_path: Path) -> None:
    city.issue()
    city.holds.issue("PRA-7", "Request 7", Scope(words="dog"), Trigger.REQUEST, CLERK, HoldKind.REQUEST)
    with pytest.raises(BadQuestion, match="counsel releases it"):
        city.holds.close("LIT-1", SECOND, CLERK)
    (tmp_path / "memo").write_text("memo")
    with pytest.raises(BadQuestion, match="ends when the request is closed"):
        city.holds.release("PRA-7", tmp_path / "memo", COUNSEL)


def test_a_request_is_held_for_and_closed_by_the_clerks_office_on_a_day_that_can_be(
    city: HoldingCity,
) -> None:
    scope, today = Scope(words="dog"), archive_day(city.clock())
    officer = By("Ivo Hart", "it", "this test")
    asked = ("PRA-7", "Request 7", scope, Trigger.REQUEST)
    with pytest.raises(PersonNeeded, match="only clerk or counsel may issue the hold of a records request"):
        city.holds.issue(*asked, officer, HoldKind.REQUEST)
    city.holds.issue(*asked, CLERK, HoldKind.REQUEST)
    with pytest.raises(PersonNeeded, match="only clerk or counsel may close"):
        city.holds.close("PRA-7", today, officer)
    for day in (today - timedelta(days=1), today + timedelta(days=1)):
        with pytest.raises(BadQuestion, match="cannot have been closed on"):
            city.holds.close("PRA-7", day, CLERK)
    assert city.holds.get("PRA-7").closed is None
    city.later += timedelta(days=3)
    closed = city.holds.close("PRA-7", today + timedelta(days=1), CLERK)
    assert closed.closed is not None
    assert closed.closed.ends_on == today + timedelta(days=91)
    assert city.holds.close("PRA-7", None, CLERK) == closed
    with pytest.raises(BadQuestion, match="was closed already, on"):
        city.holds.close("PRA-7", today, CLERK)


def test_an_unknown_hold_and_a_name_that_cannot_be_one_are_told(city: HoldingCity) -> None:
    city.issue()
    with pytest.raises(BadQuestion, match=r"There is no hold 'LIT-9'. Issued were: LIT-1\."):
        city.holds.get("LIT-9")
    with pytest.raises(BadQuestion, match="cannot name a hold"):
        city.issue("../LIT")
    with pytest.raises(BadQuestion, match="needs a matter"):
        city.holds.issue("LIT-2", " ", Scope(words="dog"), Trigger.CLAIM, COUNSEL)


def test_a_hold_says_itself_in_english(city: HoldingCity) -> None:
    hold = city.issue(
        words="street NEAR/5 sweeping", people=("Rosa Quintero", "u-sam"), since=date(2026, 3, 2),
        until=date(2026, 3, 6), items=("p1",),
    ).hold  # fmt: skip
    told = hold.sentence()
    assert told.startswith("Litigation hold LIT-1, “Ruiz v. City”, issued by Ana Ruiz (counsel) on ")
    assert hold.scope_sentence() == (
        "every post, comment, private message and other record, posted by “Rosa Quintero” or “u-sam”, or by "
        "somebody whom the site does not name, posted from Monday, March 2, 2026 to Friday, March 6, 2026 or "
        "without a date, that contains the word “street” at most 5 words from the word “sweeping”; and these "
        "items, with every version of them: p1"
    )
    city.release()
    assert " Released by Ana Ruiz on " in city.holds.get("LIT-1").sentence()


@pytest.mark.parametrize(
    "address",
    ["https://www.example.org/p/1", "http://example.org/p/1/", "https://m.example.org/p/1#comments"],
)
def test_a_permalink_is_the_same_however_it_was_copied(address: str) -> None:
    assert plain_link(address) == "example.org/p/1"
    assert names_of([address]).links == {"example.org/p/1"}
    assert plain_link("https://example.org/p?id=1") != plain_link("https://example.org/p?id=2")
