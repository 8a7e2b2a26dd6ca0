"""One record at the desk: what is shown of it, to whom, and that nothing in it does anything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from archives import add_night
from desk.desks import Desks, served, text_of
from desk.shelves import FB, HOSTILE, LIMITED, PAGE, PNG, Shelves, X, harm_in
from paloverde.desk.paces import Paces
from paloverde.desk.people import Person, Role
from paloverde.desk.showing import compared, said, tags
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import Trigger
from paloverde.watch.register import Entries
from paloverde.watch.registers.corrections import CORRECTIONS, Correction
from requesthall import COUNSEL

BUSY = {"search": 10_000, "export": 10_000}
PAGES = ("/record", "/record/conversation", "/record/payload", "/record/text")


@pytest.fixture(scope="module", params=["without an index", "with an index"])
def shelves(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shelves:
    shelves = Shelves(tmp_path_factory.mktemp("shelves")).fill()
    if request.param == "with an index":
        shelves.city.index.refresh()
    return shelves


@pytest.fixture(scope="module")
def desks(shelves: Shelves) -> Iterator[Desks]:
    with served(Desks(shelves.city, paces=Paces(per_window=BUSY))) as running:
        yield running


def path(native_id: str, kind: str = "post", account: str = FB, at: str = "/record", **more: str) -> str:
    return f"{at}?{urlencode({'account': account, 'kind': kind, 'id': native_id, **more})}"


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def test_a_record_is_shown_with_what_is_known_of_it_and_its_citation(desks: Desks) -> None:
    text = text_of(desks.get(path("2", "comment")))
    assert "Is the pool heated?" in text
    assert "Wednesday, May 6, 2026, at 10:00 a.m. Pacific time" in text
    assert "No hold in force keeps it." in text
    assert "Cite this record" in text
    assert "sealed run 1" in text
    assert "Archived: May 7, 2026" in text
    assert "(SHA-256)" in text


def test_its_versions_stand_side_by_side_with_what_changed(desks: Desks) -> None:
    page = desks.get(path("1"))
    assert "Its 2 versions" in text_of(page)
    assert "<del> Monday</del>" in page.text
    assert "<ins> Tuesday</ins>" in page.text
    assert "Changed: the text" in text_of(page)
    assert "This is version 2 of 2" in text_of(page)


def test_a_version_that_the_address_names_is_shown(desks: Desks, shelves: Shelves) -> None:
    old, _ = shelves.city.records.versions((FB, "post", "1"), "this test", include_private=False)
    page = text_of(desks.get(path("1", version=old.version_sha256)))
    assert "This is version 1 of 2" in page
    assert old.version_sha256 in page


def test_a_removed_record_says_when_it_was_found_so(desks: Desks) -> None:
    text = text_of(desks.get(path("3", "comment")))
    assert "Found removed May 8, 2026" in text
    assert "The page hid it" in text


def test_the_conversation_around_a_record_is_in_order_of_time(desks: Desks) -> None:
    text = text_of(desks.get(path("2", "comment", at="/record/conversation")))
    assert "3 versions of what was said there" in text
    assert "The pool opens on Monday" in text
    assert "this record" in text


def test_what_the_site_sent_is_shown_as_text_and_given_byte_by_byte(desks: Desks) -> None:
    page = desks.get(path("2", "comment", at="/record/payload"))
    assert "&#34;message&#34;: &#34;Is the pool heated?&#34;" in page.text
    file = desks.get(path("2", "comment", at="/record/payload", **{"as": "file"}))
    assert file.content == b'{"id": "2", "message": "Is the pool heated?"}'
    assert file.headers["content-disposition"].startswith("attachment")
    whole = desks.get(path("2", "comment", at="/record/text"))
    assert whole.text == "Is the pool heated?"
    assert whole.headers["content-type"] == "application/octet-stream"


def test_a_picture_is_shown_and_anything_active_is_a_file_to_keep(desks: Desks) -> None:
    page = desks.get(path("7"))
    assert f'<img src="/media/{sha256(PNG)}?' in page.text
    assert 'alt="The pool, empty"' in page.text
    assert "not kept, The site did not answer." in text_of(page)
    picture = desks.get(path("7", at=f"/media/{sha256(PNG)}"))
    assert (picture.content, picture.headers["content-type"]) == (PNG, "image/png")
    assert picture.headers["content-disposition"].startswith("inline")
    active = desks.get(path("7", at=f"/media/{sha256(PAGE)}"))
    assert active.content == PAGE
    assert active.headers["content-type"] == "application/octet-stream"
    assert active.headers["content-disposition"].startswith("attachment")
    for answer in (picture, active):
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_part_of_a_file_is_given_where_a_player_asks_for_one(desks: Desks) -> None:
    client = desks.client(Role.CLERK)
    answer = client.get(path("7", at=f"/media/{sha256(PNG)}"), headers={"Range": "bytes=4-7"})
    assert (answer.status_code, answer.content) == (206, PNG[4:8])
    assert answer.headers["content-range"] == f"bytes 4-7/{len(PNG)}"
    beyond = client.get(path("7", at=f"/media/{sha256(PNG)}"), headers={"Range": "bytes=4000-"})
    assert beyond.status_code == 416


def test_a_file_opens_only_by_the_record_that_has_it(desks: Desks) -> None:
    assert desks.get(path("2", "comment", at=f"/media/{sha256(PNG)}")).status_code == 404
    assert desks.get(path("5", account=X, at=f"/media/{sha256(PNG)}"), LIMITED).status_code == 404
    assert desks.get(f"/media/{sha256(PNG)}").status_code == 404
    assert desks.get(path("7", at="/media/..%2f..%2fkey.pem")).status_code == 404


@pytest.mark.parametrize("page", [*PAGES, f"/media/{hashlib.sha256(PNG).hexdigest()}"])
def test_a_private_record_opens_for_a_reason_alone_to_whoever_may_and_is_noted(
    desks: Desks, shelves: Shelves, page: str
) -> None:
    where = path("900", "message", at=page)
    before = _looks(shelves)
    asked = desks.get(where)
    assert "say why you look at it" in text_of(asked)
    assert b"private word" not in asked.content
    assert _looks(shelves) == before
    assert "say why you look at it" in text_of(desks.get(f"{where}&reason=A+claim"))
    opened = desks.for_a_reason(where, "A claim")
    assert opened.status_code == 200
    assert "claim" not in str(opened.url)
    assert "say why" not in opened.text
    new = _looks(shelves)[len(before) :]
    assert [(one["item"], one["reason"]) for one in new] == [("900", "A claim")]
    for role in (Role.AUDITOR, Role.PUBLIC_AFFAIRS):
        refused = desks.get(f"{where}&{urlsplit(str(opened.url)).query.rpartition('&')[2]}", role)
        assert refused.status_code == 403
        assert b"private word" not in refused.content
    assert len(_looks(shelves)) == len(before) + 1


def test_whoever_sees_one_account_opens_no_record_of_another(desks: Desks) -> None:
    for page in (*PAGES, f"/media/{sha256(PNG)}"):
        refused = desks.get(path("7", at=page), LIMITED)
        assert refused.status_code == 403, page
        assert "does not open the account" in text_of(refused)
    assert desks.get(path("5", account=X), LIMITED).status_code == 200
    clerk = Person("lim", "Lim Roe", Role.CLERK, "", accounts=(X,))
    assert desks.get(path("900", "message"), clerk).status_code == 403


def test_a_record_that_is_not_there_says_so(desks: Desks) -> None:
    for where in (
        path("nothing"),
        "/record",
        path("1", "comment"),
        path("2", "comment", "nobody"),
        path("1\0"),
    ):
        answer = desks.get(where)
        if where != path("1\0"):
            assert answer.status_code == 404, where
        assert "Traceback" not in answer.text


def test_nothing_in_a_record_does_anything_on_any_of_its_pages(desks: Desks) -> None:
    for number, text in enumerate(HOSTILE):
        for page in PAGES[:3]:
            answer = desks.get(path(f"h{number}", at=page))
            assert answer.status_code == 200
            assert harm_in(answer.text) == [], (page, text)
        for where in (
            path(text),
            path(text, text, text),
            path("900", "message", at="/record", version=text),
        ):
            assert harm_in(desks.get(where).text) == []
    page = desks.get(path("h2"))
    assert "javascript:alert(3)" in page.text
    assert "[U+202E]" in desks.get(path("h5")).text


def test_a_hold_on_a_record_is_named_to_whoever_may_see_holds(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path).fill()
    with served(Desks(shelves.city)) as desks:
        assert "No hold in force keeps it." in text_of(desks.get(path("1")))
        scope = Scope(items=(f"{FB}/post/1",))
        shelves.city.holds.issue("LIT-1", f"Ruiz v. City {HOSTILE[0]}", scope, Trigger.CLAIM, COUNSEL)
        page = desks.get(path("1"))
        assert "LIT-1 : Ruiz v. City" in text_of(page)  # the number is a link
        assert harm_in(page.text) == []
        assert "No hold in force keeps it." in text_of(desks.get(path("2", "comment")))
        assert "LIT-1" not in desks.get(path("1"), Role.PUBLIC_AFFAIRS).text


def test_many_versions_are_shown_a_few_at_a_time(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    start = datetime(2026, 5, 7, 9, tzinfo=UTC)
    for number in range(14):
        at = start + timedelta(days=number)
        row = shelves.row("1", f"Wording {number}", kind="post", observed_at=at)
        add_night(shelves.city.archive, FB, at.date(), [row])
    with served(Desks(shelves.city)) as desks:
        newest, first = text_of(desks.get(path("1"))), text_of(desks.get(path("1", page="1")))
    assert "Its 14 versions" in newest
    assert "Version 14" in newest
    assert "Version 6 " not in newest.partition("oldest first")[2]
    assert "Version 1 , seen" in first


def test_words_that_were_changed_are_marked_one_by_one() -> None:
    told = compared("The pool opens on Monday", "The old pool opens on Friday")
    assert told.before.pieces == [("", "The pool opens on"), ("del", " Monday")]
    assert told.after.pieces == [("", "The"), ("ins", " old"), ("", " pool opens on"), ("ins", " Friday")]


def test_long_texts_are_compared_as_a_whole_and_never_for_long() -> None:
    told = compared("a " * 5_000, "b " * 5_000)
    assert not told.is_by_words
    assert compared("a " * 1_400, "a " * 1_401).is_by_words


def test_a_text_is_cut_where_a_page_would_grow_too_large() -> None:
    cut = said("\u200b" * 10_000, most=1_000)
    assert len("".join(text for _, text in cut.pieces)) < 1_000
    assert cut.rest == 10_000 - 22
    assert said("pool", [(0, 4)]).pieces == [("mark", "pool")]


def test_what_must_not_be_overlooked_is_said_in_words(shelves: Shelves) -> None:
    def of(native_id: str, kind: str, *, private: bool = False) -> list[str]:
        found = shelves.city.records.versions(
            (FB, kind, native_id), "this test", include_private=private, reason="a test"
        )
        return tags(found[-1])

    assert of("1", "post") == ["edited"]
    assert of("3", "comment") == ["found hidden or removed"]
    assert of("900", "message", private=True) == ["private"]


def _looks(shelves: Shelves) -> list[dict[str, str]]:
    return [
        dict(entry.event.about)
        for entry in shelves.city.ledger.entries()
        if entry.event.what.startswith("private ")
    ]


def test_a_correction_shows_on_both_records(shelves: Shelves, desks: Desks) -> None:
    told = desks.post(
        "/watch/registers/corrections/new", {"item": f"{FB}/post/77", "corrects": f"{FB}/post/1"}
    )
    assert f"the archive has no item {FB}/post/77." in text_of(told)
    tie = Correction(f"{FB}/post/7", (f"{FB}/post/1",))
    Entries(shelves.city.cabinet, CORRECTIONS).put(tie, "this test", datetime.now(UTC))
    for native_id, words, other in (("7", "This corrects", "1"), ("1", "This was corrected by", "7")):
        answer = desks.get(path(native_id))
        assert f"{words} {FB}/post/{other}" in text_of(answer)
        assert f'href="{path(other)}"' in answer.text.replace("&amp;", "&")
    assert "This corrects" not in text_of(desks.get(path("2", "comment")))
