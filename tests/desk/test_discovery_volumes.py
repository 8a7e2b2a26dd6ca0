"""The review for privilege, the volumes and the privilege log of a production, at the desk."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from desk.desks import PERSONS, served, text_of, until
from desk.discoverydesk import CLERK, COUNSEL, FACTS, ORDER, DiscoveryDesk
from matters import COUNSEL as BY
from matters import NOW, SECRET, withheld
from paloverde.desk.areas.discovery_shelf import folder_for
from paloverde.desk.jobs import JOBS
from paloverde.desk.people import Role
from paloverde.productions.docket import State
from paloverde.productions.document import Production
from paloverde.productions.hashes import HASHES
from paloverde.productions.order import Built, GivenUp
from paloverde.productions.plan import Form
from paloverde.productions.resuming import State as Begun
from paloverde.productions.resuming import Unfinished


@pytest.fixture
def room(tmp_path: Path) -> Iterator[DiscoveryDesk]:
    made = DiscoveryDesk(tmp_path)
    with served(made.desks):
        yield made


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiscoveryDesk]:
    """A production that is built; tests only look at it."""
    made = DiscoveryDesk(tmp_path_factory.mktemp("ready"))
    with served(made.desks):
        yield made.ready()


# Its review


def test_in_discovery_privileges_are_claimed_with_their_facts_and_no_exemption_is(
    room: DiscoveryDesk,
) -> None:
    room.order()
    room.choose()
    page = room.page(room.review_of("12"))
    assert "ATTY-CLIENT" in page.text
    assert "EX-PRIV" not in page.text
    assert "the web" not in text_of(page)
    plan = room.planned(f"{room.review_of('12')}/verdict", {"verdict": "exempt", "code": "ATTY-CLIENT"})
    assert "the attorney, and for whom the attorney acted" in text_of(plan)
    assert "segregab" not in plan.text
    refused = room.desks.post(
        plan.url.path, room.form_on(plan, "Decide so for") | {"title": "Counsel"}, COUNSEL
    )
    assert refused.status_code == 400
    assert "may be claimed once these are written down" in text_of(refused)
    other = room.planned(f"{room.review_of('12')}/verdict", {"verdict": "exempt", "code": "EX-ATTY"})
    form = room.form_on(other, "Decide so for") | {"title": "C", "fact.EX-ATTY.privilege": "attorney-client"}
    answer = room.desks.post(other.url.path, form, COUNSEL)
    assert answer.status_code == 400
    assert "is claimed in a records request, and this is discovery" in text_of(answer)
    assert room.city.productions.review(room.number).standing == {}


def test_a_suggestion_is_redacted_under_the_privilege_that_is_like_it(room: DiscoveryDesk) -> None:
    room.order()
    room.choose()
    assert "ATTY-CLIENT: Attorney-client privilege" in room.said(room.review_of("12"))
    plan = room.planned(f"{room.review_of('12')}/suggestions", {"take": "0", "do": "redact"})
    room.decided(plan, FACTS)
    (standing,) = room.city.productions.review(room.number).standing.values()
    assert {span.code for span in standing.decision.spans} == {"ATTY-CLIENT"}


def test_the_clerk_looks_at_the_review_and_decides_nothing_in_it(room: DiscoveryDesk) -> None:
    room.order()
    room.choose()
    path = room.review_of("10")
    page = room.page(path, CLERK)
    assert "Only counsel decides here" in text_of(page)
    assert "Responsive: hand it over whole" not in text_of(page)
    form = {"verdict": "responsive", "papers": "0"}
    answer = room.desks.post(f"{path}/verdict", form, CLERK)
    assert answer.status_code == 400
    assert "reviewing needs counsel" in text_of(answer)
    assert room.city.productions.review(room.number).standing == {}


def test_before_anything_is_chosen_the_review_says_what_comes_first(room: DiscoveryDesk) -> None:
    room.order()
    page = room.page(f"/requests/{room.number}/review")
    assert "Nothing was searched for this production yet" in text_of(page)
    assert f'href="{room.path}"' in page.text
    log = room.page(f"{room.path}/log")
    assert f'href="{room.path}/choose"' in log.text  # the step that the sentence names


def test_deciding_the_rest_is_bound_to_what_was_seen(room: DiscoveryDesk) -> None:
    room.order()
    room.choose()
    form = room.form_on(room.page(f"{room.path}/rest"), "Produce 8 records")
    room.withhold("12")
    told = room.desks.done(f"{room.path}/rest", form | {"title": "City Attorney"}, COUNSEL)
    assert "Something was decided or filed meanwhile" in told
    assert len(room.city.productions.review(room.number).undecided) == 7
    lacking = room.form_on(room.page(f"{room.path}/rest"), "Produce 7 records")
    assert room.desks.post(f"{room.path}/rest", lacking, COUNSEL).status_code == 400


# The volumes


def test_each_volume_is_taken_as_it_was_built_and_the_history_tells_who_took_it(ready: DiscoveryDesk) -> None:
    page = ready.page(f"{ready.path}/volumes", CLERK)
    told = dict(re.findall(r"of (\S+)</span></summary><code>([0-9a-f]{64})", page.text))
    assert set(told) == {"VOL001.zip", "REPORT.pdf", "REPORT.json", HASHES}
    for name, sha256 in told.items():
        answer = ready.take(name, CLERK)
        assert hashlib.sha256(answer.content).hexdigest() == sha256
        assert "attachment" in answer.headers["content-disposition"]
        assert f"{name} was taken as a file at the desk, SHA-256 {sha256}." in ready.notes()
    with zipfile.ZipFile(io.BytesIO(ready.take("VOL001.zip").content)) as volume:
        assert not [name for name in volume.namelist() if SECRET.encode() in volume.read(name)]
    entries = [one.event for one in ready.city.ledger.entries() if one.event.what == "production: noted"]
    assert "Cleo Park, clerk, desk (clerk)" in {entry.actor for entry in entries}
    assert ready.take("HASHES.json").status_code == 200
    for strange in ("VOL002.zip", "..%2F..%2Fkey.pem", "state.db"):
        assert ready.take(strange).status_code == 404


def test_a_volume_that_was_changed_on_disk_is_not_given_whole_and_not_agreed_to(room: DiscoveryDesk) -> None:
    room.ready()
    (volume,) = (room.matter.home / "productions").rglob("VOL001.zip")
    body = bytearray(volume.read_bytes())
    body[100] ^= 1
    volume.write_bytes(body)
    with pytest.raises(httpx.RemoteProtocolError):
        room.take("VOL001.zip")
    form = room.form_on(room.page(f"{room.path}/volumes", CLERK), "I agree that exactly")
    with pytest.raises(AssertionError, match="not as it was built"):
        room.worked(f"{room.path}/volumes/agree", form, CLERK)
    assert room.city.productions.get(room.number).state is State.BUILT


def test_whoever_built_the_volumes_does_not_agree_to_them(ready: DiscoveryDesk) -> None:
    assert "You have built these volumes" in ready.said(f"{ready.path}/volumes")
    built = ready.city.productions.get(ready.number).last(Built)
    assert built is not None
    answer = ready.desks.post(f"{ready.path}/volumes/agree", {"seen": built.hashes}, COUNSEL)
    assert answer.status_code == 400
    assert "somebody else looks at them and agrees" in text_of(answer)


def test_an_agreement_is_to_the_volumes_that_were_seen(ready: DiscoveryDesk) -> None:
    answer = ready.desks.post(f"{ready.path}/volumes/agree", {"seen": "0" * 64}, CLERK)
    assert answer.status_code == 400
    assert "Other volumes were built since you looked" in text_of(answer)
    assert ready.city.productions.get(ready.number).state is State.BUILT


def test_volumes_of_before_a_decision_are_said_to_count_no_more_though_they_were_agreed_to(
    room: DiscoveryDesk,
) -> None:
    room.ready()
    room.agree()
    hits = {hit.native_id: hit for hit in room.city.productions.found(room.number, "test").values()}
    room.matter.decide(room.number, withheld(hits["11"]))
    said = room.said(room.path)
    assert "do not send them" in said
    assert "Note that it was served" not in said
    assert "These volumes count no more" in room.said(f"{room.path}/volumes", CLERK)


def test_volumes_of_what_was_given_up_at_the_server_lie_at_the_desk_no_more(room: DiscoveryDesk) -> None:
    room.ready()
    room.city.productions.file(room.number, GivenUp(by=BY, at=NOW, note="settled"))
    said = room.said(f"{room.path}/volumes", CLERK)
    assert "were thrown away" in said
    assert "VOL001.zip" not in said
    assert not (room.matter.home / "productions" / room.number).exists()


def test_what_changed_since_it_was_shown_is_not_built(room: DiscoveryDesk) -> None:
    room.ready()
    form = room.form_on(room.page(f"{room.path}/volumes"), "Build exactly this")
    change = room.form_on(room.page(f"{room.path}/change"), "Change the order")
    told = room.desks.done(
        f"{room.path}/change", ORDER | change | {"why": "AEO", "confidentiality": "AEO"}, COUNSEL
    )
    assert "The order is changed" in told
    answer = room.desks.post(f"{room.path}/volumes", form, COUNSEL)
    assert answer.status_code == 400
    assert "These volumes count no more" in text_of(room.page(f"{room.path}/volumes"))
    stale = room.desks.post(f"{room.path}/change", ORDER | change | {"why": "again"}, COUNSEL)
    assert stale.status_code == 400
    assert "Somebody else has changed the order meanwhile" in text_of(stale)


def test_volumes_that_are_built_anew_take_the_place_of_those_before(room: DiscoveryDesk) -> None:
    room.ready()
    before = {folder.name for folder in (room.matter.home / "productions" / room.number).iterdir()}
    change = room.form_on(room.page(f"{room.path}/change"), "Change the order")
    room.desks.done(f"{room.path}/change", ORDER | change | {"why": "AEO", "confidentiality": "AEO"}, COUNSEL)
    room.choose()
    room.sign()  # nothing new is decided, and the order is another
    room.build()
    after = {folder.name for folder in (room.matter.home / "productions" / room.number).iterdir()}
    assert len(after) == 1
    assert after != before
    assert "never used" in room.said("/discovery/numbers")
    for folder in (room.matter.home / "productions" / room.number).iterdir():
        assert folder.stat().st_mode & 0o077 == 0


def test_what_an_interrupted_build_left_of_something_else_is_thrown_away_when_asked(
    room: DiscoveryDesk,
) -> None:
    room.number = room.matter.reviewed(forms=(Form.DAT,), include_private=True)
    docket = room.city.productions.get(room.number)
    basis = room.city.productions.basis(docket, room.city.productions.check_ready(docket))
    unfinished = Unfinished(folder_for(room.city, room.number, basis))
    unfinished.folder.mkdir(parents=True)
    production = Production(name="P", matter="M", agency="A", made_at=NOW)
    unfinished.keep(Begun(fingerprint="0" * 64, production=production, pages=1, first=1))
    page = room.page(f"{room.path}/volumes")
    assert "A build was interrupted" in text_of(page)
    form = room.form_on(page, "Build exactly this")
    with pytest.raises(AssertionError, match="“Begin anew” on the page of the volumes"):
        room.worked(f"{room.path}/volumes", form)
    assert "PDC0000001 to PDC0000008" in room.worked(f"{room.path}/volumes", form | {"anew": "yes"})
    again = room.desks.post(f"{room.path}/volumes", form, COUNSEL)
    assert again.status_code == 400
    assert "Exactly this lies at the desk already" in text_of(again)


def test_how_far_a_build_is_is_seen_by_whoever_may_build(room: DiscoveryDesk) -> None:
    room.order()
    room.choose()
    room.rest()
    room.sign()
    form = room.form_on(room.page(f"{room.path}/volumes"), "Build exactly this")
    progress = room.desks.post(f"{room.path}/volumes", form, COUNSEL).headers["location"]
    assert room.desks.get(progress, CLERK).status_code == 200
    assert room.desks.get(progress, Role.IT).status_code == 404


def test_the_privilege_log_is_shown_and_taken_with_the_numbers_of_the_volumes(ready: DiscoveryDesk) -> None:
    said = ready.said(f"{ready.path}/log")
    assert "Attorney-client privilege" in said
    assert "PDC0000003 to PDC0000003" in said
    assert SECRET not in said
    answer = ready.desks.post(f"{ready.path}/log/take", {}, COUNSEL)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert sorted(row["action"] for row in rows) == ["redacted", "withheld"]
    assert any("privilege log" in note for note in ready.notes())
    told = ready.desks.get(f"/requests/{ready.number}/review/log", COUNSEL)
    assert told.headers["location"] == f"{ready.path}/log"


def test_each_look_at_private_records_is_in_the_ledger(ready: DiscoveryDesk) -> None:
    def looks() -> list[str]:
        entries = [one.event for one in ready.city.ledger.entries()]
        return [one.actor for one in entries if one.what == "found records looked at"]

    ready.said(f"{ready.path}/log")
    before = len(looks())
    ready.said(f"{ready.path}/log")
    assert looks()[before:] == ["Ana Ruiz, counsel, desk (counsel)"]
    ready.said(f"/requests/{ready.number}/review", CLERK)
    assert len(looks()) > before + 1
    record = re.search(r'href="(/record\?[^"]*)"', ready.page(ready.review_of("32")).text)
    assert record
    assert "why=PROD-2026-0001" in record[1]
    assert "settle for forty" in ready.said(record[1].replace("&amp;", "&"))


# Its papers


def drafted(
    room: DiscoveryDesk, kind: str, form: dict[str, str], who: Role = COUNSEL
) -> dict[str, httpx.Response]:
    """The files of a paper, by what the page calls them."""
    room.worked(f"{room.path}/papers/{kind}", {"form": "pdf"} | form, who)
    entry = next(
        job for job in JOBS.of(room.city.vault.books, PERSONS[who]) if f"/{room.number}/papers/" in job.link
    )
    page = room.page(entry.link, who)
    found = re.findall(r'href="([^"]+)">Take it as (\w+)<', page.text)
    return {words: room.desks.get(path, who) for path, words in found}


def test_each_paper_is_drafted_at_the_desk_and_the_ledger_notes_it(ready: DiscoveryDesk) -> None:
    asked = {"declaration": {"ground-evidence-1271": "yes"}, "custody": {"first": "PDC0000001"}, "letter": {"to": "Moss"},
             "hashes": {}, "log": {"form": "html"}}  # fmt: skip
    for kind, form in asked.items():
        files = drafted(ready, kind, form)
        first = next(iter(files.values()))
        assert first.status_code == 200
        assert "attachment" in first.headers["content-disposition"]
        assert first.content.lower().startswith(b"<!doctype html>" if "form" in form else b"%pdf-"), kind
        assert set(files) == ({"PDF", "CSV"} if kind == "hashes" else {form.get("form", "pdf").upper()})
    told = [
        one.event.about for one in ready.city.ledger.entries() if one.event.what == "production paper made"
    ]
    assert len(told) == len(asked)
    refused = ready.desks.post(f"{ready.path}/papers/claim", {"form": "pdf"}, COUNSEL)
    assert refused.status_code == 400
    assert "nothing was clawed back" in text_of(refused)


def test_two_declarations_on_other_grounds_are_two_drafts(ready: DiscoveryDesk) -> None:
    subjects = set()
    for ground in ("fre-902-11", "fre-902-13", "fre-902-14"):
        answer = ready.desks.post(
            f"{ready.path}/papers/declaration", {"form": "pdf", f"ground-{ground}": "yes"}, COUNSEL
        )
        job = JOBS.find(ready.city.vault.books, answer.headers["location"].removeprefix("/progress/"))
        assert job is not None
        subjects.add(job.subject)
    assert len(subjects) == 3
    until(lambda: all(job.ended for job in JOBS.of(ready.city.vault.books, PERSONS[COUNSEL])), patience=120)


def test_a_paper_is_for_whoever_asked_and_drafts_are_for_counsel(ready: DiscoveryDesk) -> None:
    said = ready.said(f"{ready.path}/papers", CLERK)
    assert "Chain of custody" in said
    assert "Declaration" not in said
    for kind in ("declaration", "letter", "claim", "log"):
        assert ready.desks.post(f"{ready.path}/papers/{kind}", {"form": "pdf"}, CLERK).status_code == 403
    assert ready.desks.get(f"{ready.path}/log", CLERK).status_code == 403
    drafted(ready, "custody", {}, CLERK)
    (job,) = (job for job in JOBS.of(ready.city.vault.books, PERSONS[CLERK]) if "/papers/" in job.link)
    assert ready.desks.get(job.link, COUNSEL).status_code == 404
    assert ready.desks.get(f"{job.link}/pdf", COUNSEL).status_code == 404
    assert ready.desks.get(f"{job.link}/exe", CLERK).status_code == 404
    assert ready.desks.get(job.link.replace(ready.number, "PROD-2026-0002"), CLERK).status_code == 404
    assert ready.desks.post(f"{ready.path}/papers/verdict", {"form": "pdf"}).status_code == 404
