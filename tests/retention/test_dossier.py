"""The dossier of a removed item: what the archive holds, and what people add and can never take away."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archives import ACCOUNT, medium
from paloverde.archive.reader import Archive
from paloverde.archive.rebuild import rebuild
from paloverde.archive.seal import Part, Role
from paloverde.bundles.dossierfiles import looks_otherwise
from paloverde.bundles.dossierpages import as_json, as_text
from paloverde.bundles.wording import SITES_OWN
from paloverde.errors import BadQuestion
from paloverde.records import Kind
from paloverde.retention.dossier import (
    Cited,
    Noted,
    Settled,
    item_named,
    papers_of,
    read_dossiers,
    removals_of,
    subject_of,
)
from paloverde.retention.facts import ItemId
from paloverde.retention.guidelines import GUIDELINES, guideline
from retention.removals import REMOVED_AT, Office, gone, item

WHO = "Rosa Quintero, Public Affairs"
C1 = f"{ACCOUNT}/comment/1"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    rows = [
        gone("1", cause="undetermined"),
        gone("2", cause="city"),
        gone("3", kind="message", visibility="private"),
    ]
    return Office(tmp_path, rows)


items = st.builds(
    ItemId,
    st.sampled_from(["a", "facebook-city", "f" * 80]),
    st.sampled_from(list(Kind)),
    st.text(min_size=1, max_size=600),
)


@given(items, items)
def test_no_two_items_share_a_subject_and_none_is_too_long(one: ItemId, other: ItemId) -> None:
    assert len(subject_of(one)) <= 200
    assert (subject_of(one) == subject_of(other)) == (one == other)


@given(st.integers(150, 300), st.text("0123456789abcdef/~", max_size=80))
def test_an_id_made_to_look_like_a_shortened_one_is_another_subject(length: int, end: str) -> None:
    long = item("x" * length + end)
    twin = item(subject_of(long).removeprefix(f"{ACCOUNT}/comment/"))
    assert (subject_of(long) == subject_of(twin)) == (long == twin)


def test_a_dossier_reads_what_was_locked(office: Office) -> None:
    (dossier,) = read_dossiers(office.archive, office.cabinet, item("1"))
    assert dossier.row["text"] == "Gone words"
    assert dossier.evidence[0].said == "no such item"
    assert dossier.versions[0].text == "Gone words"
    assert (dossier.cause, dossier.settled, dossier.retain_until) == ("undetermined", None, date(2028, 3, 3))


def test_ids_that_begin_alike_are_told_apart(tmp_path: Path) -> None:
    office = Office(tmp_path, [gone("a_1"), gone("a/1"), gone("a_1-2"), gone("xa_1")])
    assert [
        len(read_dossiers(office.archive, office.cabinet, item(id_))) for id_ in ("a_1", "a/1", "xa_1")
    ] == [1] * 3
    assert read_dossiers(office.archive, office.cabinet, item("a_")) == []


def test_a_person_settles_a_cause_and_the_sites_statement_stays(office: Office, tmp_path: Path) -> None:
    shown = tmp_path / "log.txt"
    shown.write_text("hidden by the page's moderator")
    office.dossiers.settle(C1, Settled("city", "the page's activity log", "A. Moderator"), WHO, shown)
    (dossier,) = read_dossiers(office.archive, office.cabinet, item("1"))
    assert (dossier.row["cause"], dossier.cause) == ("undetermined", "city")
    assert dossier.settled is not None
    assert (dossier.settled.removed_by, dossier.settled.evidence_name) == ("A. Moderator", "log.txt")
    (filed,) = office.cabinet.history("removal-evidence", C1)
    assert office.cabinet.bytes_of(filed) == shown.read_bytes()
    assert dossier.settled.evidence_sha256 == filed.stored.sha256
    assert [one.fact.item.native_id for one in office.dossiers.listed(undetermined=True)] == []
    assert {one.fact.item.native_id for one in office.dossiers.listed(cause="city")} == {"1", "2", "3"}


@pytest.mark.parametrize(
    ("settled", "why"),
    [
        (Settled("undetermined", "x"), "is no cause that can be settled"),
        (Settled("nobody", "x"), "is no cause that can be settled"),
        (Settled("city", "  "), "Say by what"),
    ],
)
def test_a_settlement_without_a_cause_or_a_reason_is_refused(
    office: Office, settled: Settled, why: str
) -> None:
    with pytest.raises(BadQuestion, match=why):
        office.dossiers.settle(C1, settled, WHO)
    assert papers_of(office.cabinet, item("1")) == []


def test_a_settlement_is_corrected_by_a_paper_of_its_own_that_says_so(office: Office) -> None:
    office.dossiers.settle(C1, Settled("city", "The activity log."), WHO)
    office.dossiers.note(C1, "We asked the moderator.", WHO)
    office.dossiers.settle(C1, Settled("author", "The log was of another day"), "Cleo")
    dossier = office.dossiers.show(C1, WHO)
    assert (dossier.cause, dossier.papers[2].paper.corrects) == ("author", 1)
    told = as_text(dossier, date(2026, 4, 1))
    assert "Cause settled: removed by somebody who acts for the account; The activity log." in told
    assert "Settled anew, because The log was of another day: removed by its author." in told
    assert "It corrects entry 1." in told
    assert "as Cleo settled it anew on " in told
    office.dossiers.settle(C1, Settled("city", "The activity log."), WHO)  # back to what it was


def test_what_was_filed_already_is_not_filed_again(office: Office, tmp_path: Path) -> None:
    settled, shown = Settled("city", "The log"), tmp_path / "log.txt"
    shown.write_text("the activity log")
    cited = Cited(("c",), "R. Quintero")
    office.dossiers.settle(C1, settled, WHO, shown)
    office.dossiers.cite(C1, cited, WHO)
    office.dossiers.note(C1, "A note", WHO)
    again: list[Callable[[], object]] = [
        lambda: office.dossiers.settle(C1, settled, WHO, shown),
        lambda: office.dossiers.cite(C1, cited, WHO),
        lambda: office.dossiers.note(C1, "A note", WHO),
    ]
    for number, one in enumerate(again, 1):
        with pytest.raises(
            BadQuestion, match=f"was filed already, on .* it is entry {number} of the dossier"
        ):
            one()
    assert len(papers_of(office.cabinet, item("1"))) == 3
    assert len(office.cabinet.history("removal-evidence", C1)) == 1
    office.dossiers.note(C1, "A note", "Somebody else")


@pytest.mark.parametrize("cause", ["author", "platform", "privacy"])
def test_a_guideline_for_what_the_city_did_not_remove_asks(office: Office, cause: str) -> None:
    office.dossiers.settle(C1, Settled(cause, "The log"), WHO)
    with pytest.raises(BadQuestion, match=r"It is settled that .* removed it: a guideline is cited for"):
        office.dossiers.cite(C1, Cited(("c",), "R. Quintero"), WHO)
    office.dossiers.cite(C1, Cited(("c",), "R. Quintero"), WHO, although=True)


PAPERS = st.lists(
    st.one_of(
        st.builds(Settled, st.sampled_from(["city", "author", "platform", "privacy"]), st.just("a log")),
        st.builds(Cited, st.just(("c",)), st.just("R. Quintero")),
        st.builds(Noted, st.just("a note")),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PAPERS)
def test_nothing_that_is_filed_later_shortens_the_hold(
    office: Office, papers: list[Settled | Cited | Noted]
) -> None:
    before = read_dossiers(office.archive, office.cabinet, item("2"))[0]
    part = office.archive.parts(Role.REMOVED)[1].part
    locked = office.vault.store.standing(part.stored).locked_until
    for number, paper in enumerate(papers, len(before.papers)):  # the same is not filed twice
        match paper:
            case Settled():
                told = Settled(paper.cause, f"log {number}")
                office.dossiers.settle(f"{ACCOUNT}/comment/2", told, WHO)
            case Cited():
                cited = Cited(paper.guidelines, f"R. Quintero {number}")
                office.dossiers.cite(f"{ACCOUNT}/comment/2", cited, WHO, although=True)
            case Noted():
                office.dossiers.note(f"{ACCOUNT}/comment/2", f"note {number}", WHO)
    after = read_dossiers(office.archive, office.cabinet, item("2"))[0]
    assert after.retain_until == before.retain_until
    assert after.row == before.row
    assert len(after.papers) == len(before.papers) + len(papers)
    assert office.vault.store.standing(part.stored).locked_until == locked


def test_a_citation_names_the_policy_that_was_filed_last(office: Office, tmp_path: Path) -> None:
    for words in ("policy of 2024", "policy of 2026"):
        (tmp_path / "policy.txt").write_text(words)
        filed = office.dossiers.file_policy(tmp_path / "policy.txt", WHO).filed
    office.dossiers.cite(
        C1, Cited(("c", "k"), "R. Quintero", counsel_consulted=True, counsel_on=date(2026, 3, 4)), WHO
    )
    (paper,) = papers_of(office.cabinet, item("1"))
    assert isinstance(paper.paper, Cited)
    assert (paper.paper.guidelines, paper.paper.policy_sha256) == (("c", "k"), filed.stored.sha256)
    with pytest.raises(BadQuestion, match="No policy with the SHA-256 abc"):
        office.dossiers.cite(C1, Cited(("c",), "R. Quintero", policy_sha256="abc"), WHO)


def test_the_same_policy_is_filed_once_and_a_file_of_another_kind_is_told(
    office: Office, tmp_path: Path
) -> None:
    (tmp_path / "policy.pdf").write_text("policy of 2026")
    first = office.dossiers.file_policy(tmp_path / "policy.pdf", WHO)
    assert "policy.pdf is named as a PDF document and looks like plain text" in first.remark
    again = office.dossiers.file_policy(tmp_path / "policy.pdf", WHO)
    assert (again.is_new, again.filed.number) == (False, 1)
    assert len(office.events("policy filed")) == 1
    (tmp_path / "policy.pdf").write_bytes(b"%PDF-1.7 another")
    newer = office.dossiers.file_policy(tmp_path / "policy.pdf", WHO)
    assert (newer.is_new, newer.filed.number, newer.remark) == (True, 2, "")
    (tmp_path / "policy.pdf").write_bytes(b"")
    with pytest.raises(BadQuestion, match="is empty"):
        office.dossiers.file_policy(tmp_path / "policy.pdf", WHO)


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("log.png", b"words", "looks like plain text"),
        ("log.PNG", b"\x89PNG\r\n\x1a\n", ""),
        ("log.txt", b"\xff\xd8\xff", "looks like a JPEG picture"),
        ("log.docx", b"PK\x03\x04", ""),
        ("log.pdf", b"\xfe\x00\x01", "does not look like it"),
        ("log", b"words", ""),
        ("log.xyz", b"words", ""),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_told(name: str, body: bytes, said: str) -> None:
    told = looks_otherwise(name, body)
    assert said in told
    assert bool(told) == bool(said)


@pytest.mark.parametrize(
    ("day", "why"), [("2026-03-15", "has not come yet"), ("2026-01-01", "not been posted")]
)
def test_counsel_is_not_consulted_on_a_day_to_come_or_before_the_item_was_posted(
    office: Office, day: str, why: str
) -> None:
    cited = Cited(("c",), "R. Q.", counsel_consulted=True, counsel_on=date.fromisoformat(day))
    with pytest.raises(BadQuestion, match=why):
        office.dossiers.cite(C1, cited, WHO)
    assert papers_of(office.cabinet, item("1")) == []


@pytest.mark.parametrize(
    ("cause", "confirmed_by", "said"),
    [
        ("city", SITES_OWN, "hidden by the page or by its own word filter"),
        ("city", "a direct look-up", "the account's own comment was deleted, by somebody with access"),
        ("undetermined", "a direct look-up", "gone from the site, cause not determined"),
        ("author", "a direct look-up", "deleted by its author"),
    ],
)
def test_a_dossier_says_what_is_known_and_no_more(
    tmp_path: Path, cause: str, confirmed_by: str, said: str
) -> None:
    office = Office(tmp_path, [gone("1", cause=cause, confirmed_by=confirmed_by)])
    shown = as_text(office.dossiers.show(C1, WHO), date(2026, 3, 14))
    assert f"What the site's answers show: {said}" in shown
    assert ("word filter" in shown) == (confirmed_by == SITES_OWN)
    office.dossiers.settle(C1, Settled("city", "her log", "A. Example"), WHO)
    shown = as_text(office.dossiers.show(C1, WHO), date(2026, 3, 14))
    assert f"What the site's answers show: {said}" in shown
    settled = f"removed by somebody who acts for the account (A. Example), as {WHO} settled it on"
    assert f"What a person settled: {settled}" in shown


def test_a_time_that_has_passed_is_told_so(office: Office) -> None:
    dossier = office.dossiers.show(C1, WHO)
    assert "Kept until: Friday, March 3, 2028" in as_text(dossier, date(2028, 3, 3))
    assert "Was held until: Friday, March 3, 2028" in as_text(dossier, date(2028, 3, 4))
    assert (
        json.loads(as_json(dossier, date(2032, 1, 1)))["kept_until"] == "was held until Friday, March 3, 2028"
    )


def test_an_export_tells_its_progress_in_tenths_and_a_small_one_none(tmp_path: Path) -> None:
    office = Office(tmp_path / "city", [gone(str(number)) for number in range(120)])
    told: list[str] = []
    made = office.dossiers.export(tmp_path / "out", WHO, told.append)
    assert told == [f"{done} of 120 items are written" for done in range(12, 120, 12)]
    assert made.dossiers == 120
    small = Office(tmp_path / "small", [gone("1")])
    made = small.dossiers.export(tmp_path / "few", WHO, told.append)
    assert len(told) == 9
    assert made.sentence() == f"{tmp_path / 'few'} holds 1 dossier and 0 files."


def test_a_rule_alone_may_not_act_on_what_a_person_must_decide(office: Office) -> None:
    for clause in GUIDELINES.values():
        cited = Cited((clause.letter,), rule="word filter")
        if clause.needs_a_person:
            with pytest.raises(BadQuestion, match="a person must decide"):
                office.dossiers.cite(C1, cited, WHO)
        else:
            office.dossiers.cite(C1, cited, WHO)
    with pytest.raises(BadQuestion, match="either who decided"):
        office.dossiers.cite(C1, Cited(("c",)), WHO)


def test_there_are_eleven_guidelines_and_five_that_a_rule_may_act_on() -> None:
    assert list(GUIDELINES) == list("abcdefghijk")
    assert [one.letter for one in GUIDELINES.values() if not one.needs_a_person] == ["c", "e", "f", "h", "k"]
    assert guideline("(K)").clause.startswith("Threats of violence")
    with pytest.raises(BadQuestion, match="no Content Guideline"):
        guideline("l")


def test_the_words_of_a_note_are_not_in_the_ledger(office: Office) -> None:
    office.dossiers.note(C1, "the poster phoned us", WHO)
    assert office.events("removal noted") != []
    assert all("phoned" not in entry.event.__str__() for entry in office.ledger.entries())


def test_papers_come_back_with_a_rebuild(office: Office) -> None:
    office.dossiers.settle(C1, Settled("author", "she told us so"), WHO)
    office.dossiers.note(C1, "and again", WHO)
    before = read_dossiers(office.archive, office.cabinet, item("1"))
    rebuild(office.vault.store, office.vault.books, lambda _: None)
    assert read_dossiers(office.archive, office.cabinet, item("1")) == before


def test_only_the_light_columns_of_removals_are_read(office: Office) -> None:
    asked: set[str] = set()

    class Noting(Archive):
        def table(self, part: Part, columns: Sequence[str] | None = None) -> pa.Table:
            asked.update(columns or ["everything"])
            return super().table(part, columns)

    noting = Noting(office.archive.store, office.archive.books)
    facts = list(removals_of(noting, ACCOUNT))
    assert [(one.item.native_id, one.cause) for one in facts] == [
        ("1", "undetermined"),
        ("2", "city"),
        ("3", "city"),
    ]
    assert asked.isdisjoint({"everything", "raw", "text", "versions", "thread"})
    assert list(removals_of(noting, "another")) == []
    assert [one.item.native_id for one in removals_of(noting, items=[item("2")])] == ["2"]


def test_what_was_never_removed_cannot_be_settled(office: Office) -> None:
    with pytest.raises(BadQuestion, match="never found removed"):
        office.dossiers.note(f"{ACCOUNT}/comment/99", "x", WHO)
    with pytest.raises(BadQuestion, match="No item is named"):
        item_named(office.archive, "99")


def test_a_private_dossier_opens_only_when_it_is_asked_for_and_the_look_is_noted(office: Office) -> None:
    with pytest.raises(BadQuestion, match="is private"):
        office.dossiers.show(f"{ACCOUNT}/message/3", WHO)
    assert office.events("private dossier read") == []
    assert office.dossiers.show(f"{ACCOUNT}/message/3", WHO, include_private=True).row["text"] == "Gone words"
    assert office.events("private dossier read") == [{"item": f"{ACCOUNT}/message/3"}]


def test_a_version_that_was_private_makes_the_dossier_private(tmp_path: Path) -> None:
    version = {"version_sha256": "a" * 64, "observed_at": REMOVED_AT, "text": "for you alone", "media": []}
    office = Office(tmp_path, [gone("1", versions=[version | {"visibility": "private"}])])
    with pytest.raises(BadQuestion, match="is private"):
        office.dossiers.show(C1, WHO)
    assert office.dossiers.show(C1, WHO, include_private=True).versions[0].text == "for you alone"
    assert office.events("private dossier read") == [{"item": C1}]


def test_no_text_can_pass_itself_off_as_a_fact_or_move_the_cursor(tmp_path: Path) -> None:
    office = Office(tmp_path, [gone("1", "Words\n  Kept until: tomorrow\x1b[2J\r")])
    text = as_text(office.dossiers.show(C1, WHO), date(2026, 3, 14))
    (kept,) = [line for line in text.splitlines() if line.startswith("  Kept until")]
    assert "March 3, 2028" in kept
    assert not {"\x1b", "\r"} & set(text)


HOSTILE = "<script>alert(1)</script> =cmd|' \u202e {{ 7*7 }} <img src=x onerror=alert(2)>\x1b[2J"


def test_an_export_is_inert_and_complete(tmp_path: Path) -> None:
    picture = b"\x89PNG\r\n\x1a\n a picture"
    around = {
        "relation": "beside",
        "kind": "comment",
        "native_id": HOSTILE,
        "text": HOSTILE,
        "poster_name": HOSTILE,
    }
    row = gone(
        "../../etc/x", HOSTILE, poster_name=HOSTILE, permalink="javascript:alert(3)", thread=[around],
        media=[medium(picture, alt_text=HOSTILE)],
    )  # fmt: skip
    office = Office(
        tmp_path / "city", [row, gone("3", kind="message", visibility="private")], media=[picture]
    )
    office.dossiers.note(f"{ACCOUNT}/comment/../../etc/x", HOSTILE, WHO)
    told = office.dossiers.export(tmp_path / "out", WHO, lambda _: None)
    assert (told.dossiers, told.files, told.left_out) == (1, 1, 1)
    names = {
        path.relative_to(tmp_path / "out").as_posix()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    assert {name.split("/")[0] for name in names} == {"index.html", "dossiers", "media"}
    (page,) = (tmp_path / "out" / "dossiers").glob("*.html")
    for text in (page.read_text(), (tmp_path / "out" / "index.html").read_text()):
        assert "<script" not in text
        assert "<img src=x" not in text
        assert 'href="javascript' not in text
        assert "\u202e" not in text
        assert "\x1b" not in text
    assert "{{ 7*7 }}" in page.read_text()
    data = json.loads(page.with_suffix(".json").read_text())
    assert data["row"]["text"] == HOSTILE
    assert data["papers"][0]["paper"] == {"paper": "noted", "note": HOSTILE}
    with pytest.raises(BadQuestion, match="not empty"):
        office.dossiers.export(tmp_path / "out", WHO, lambda _: None)
    assert office.events("dossiers exported")[0]["scope"] == "without private ones"
