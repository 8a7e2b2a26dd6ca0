"""The watch of a real installation: rounds, looks at older records, answers, what is private, what failed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from paloverde.errors import BadQuestion
from paloverde.records import Kind, archive_day
from paloverde.state.books import changing
from paloverde.state.tables import FINDINGS, WATCHED
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding
from paloverde.watch.findings import State, Verdict
from paloverde.watch.now import Now
from paloverde.watch.rounds import CheckFailed
from watchedcity import (
    COMMENT,
    MESSAGE,
    POST,
    SLUG,
    WatchedCity,
    failing,
    numbers,
    shown,
    wrong_now,
)

TODAY = archive_day(datetime.now(UTC))


@pytest.fixture
def heard(tmp_path: Path, books_url: str) -> WatchedCity:
    city = WatchedCity(tmp_path / "home", books_url)
    city.hear("first", POST, COMMENT, MESSAGE)
    return city


def rows_of(city: WatchedCity) -> str:
    """All that the table of findings holds, as text."""
    with city.city.vault.books.connect() as connection:
        return repr(connection.execute(select(FINDINGS)).all())


def test_a_round_finds_what_was_sealed_and_the_ledger_has_the_counts(heard: WatchedCity) -> None:
    watch = heard.watch(numbers())
    done = watch.round()
    assert (done.versions, done.found, done.ended, done.troubles) == (3, 2, 0, ())
    assert (
        done.sentence() == "1 check looked at 3 versions of 1 sealed run: 2 new findings, 0 findings ended."
    )
    [one] = watch.findings()
    assert one.finding.about == f"{SLUG}/comment/c1"
    assert one.finding.said == "A telephone number stands in it: “760-555-0101”."
    assert [span.words for span in one.finding.spans] == ["760-555-0101"]
    assert one.finding.rule == "patterns/phone#1"
    assert one.state is State.OPEN
    assert one.id == one.finding.id
    [told] = heard.deeds("policy watched")
    assert told == {"checks": "1", "versions": "3", "found": "2", "ended": "0"}


def test_a_round_goes_on_where_the_last_one_ended(heard: WatchedCity) -> None:
    seen: list[str] = []
    heard.watch(shown(seen)).round()
    assert len(seen) == 3
    heard.watch(shown(seen)).round()
    assert len(seen) == 3
    heard.hear("second", {**POST, "native_id": "p2"})
    heard.watch(shown(seen)).round()
    assert seen[3:] == [f"{SLUG}/post/p2"]


def test_what_is_found_again_is_one_finding(heard: WatchedCity) -> None:
    heard.watch(numbers()).round()
    [before] = heard.watch(numbers()).findings()
    with changing(heard.city.vault.books) as connection:
        connection.execute(WATCHED.delete())
    done = heard.watch(numbers()).round()
    assert (done.versions, done.found) == (3, 0)
    [after] = heard.watch(numbers()).findings()
    assert after.first_found == before.first_found
    assert after.last_found > before.last_found


def test_a_word_of_a_record_lies_in_no_row(heard: WatchedCity) -> None:
    heard.watch(numbers()).round()
    assert "555-01" not in rows_of(heard)
    assert "telephone number" in rows_of(heard)


def test_what_a_check_quotes_that_was_asked_lies_in_no_row_either(heard: WatchedCity) -> None:
    heard.hear("edited", {**COMMENT, "text": "Never mind."})

    def ask(now: Now, book: Book) -> Iterator[Finding]:
        for seen in now.seen(SLUG, TODAY, "comment"):
            yield check.in_item(seen, f"It says “{seen.text[:12]}”.", "Look.")

    check = Check("says", "Says", 1, ("P-24",), "Looks.", ("clerk",), of_now=ask)
    watch = heard.watch(check)
    watch.round()
    assert {one.finding.said for one in watch.findings()} == {
        "It says “My number is”.",
        "It says “Never mind.”.",
    }
    assert "My number" not in rows_of(heard)
    assert "Never mind" not in rows_of(heard)


def test_a_private_finding_is_hidden_sealed_and_opened_for_a_reason(heard: WatchedCity) -> None:
    watch = heard.watch(numbers())
    watch.round()
    assert [one.finding.private for one in watch.findings()] == [False]
    assert watch.counts() == {"numbers": {State.OPEN: 1}}
    [private] = [one for one in watch.findings(private=True) if one.finding.private]
    assert private.finding.said == "A telephone number stands in it: “…”."
    assert not private.is_shown
    with heard.city.vault.books.connect() as connection:
        body = connection.execute(select(FINDINGS.c.body).where(FINDINGS.c.id == private.id)).scalar_one()
    assert "telephone" not in body
    with pytest.raises(BadQuestion, match="say why"):
        watch.opened(private.id, " ", "cleo")
    opened = watch.opened(private.id, "It may be a request.", "cleo")
    assert opened.finding.said == "A telephone number stands in it: “760-555-0199”."
    [told] = heard.deeds("private finding looked at")
    assert told == {"account": SLUG, "finding": private.id, "reason": "It may be a request."}


def test_a_privileged_finding_and_its_answer_are_for_counsel_alone(heard: WatchedCity) -> None:
    watch = heard.watch(numbers(privileged=True))
    watch.round()
    assert watch.findings(private=True) == []
    assert "telephone" not in rows_of(heard)
    one = next(one for one in watch.findings(privileged=True))
    watch.answer(one.id, "acted", "The members were told of Section 54952.2.", "counsel Rosa Quintero")
    [answer] = watch.one(one.id).answers
    assert answer.words == "The members were told of Section 54952.2."
    filed = heard.city.cabinet.last("watch-answers", one.id)
    assert filed is not None
    assert b"54952" not in heard.city.cabinet.bytes_of(filed)


def test_with_a_key_that_was_lost_nothing_sealed_is_made_up_and_the_rest_is_shown(heard: WatchedCity) -> None:
    heard.watch(numbers()).round()
    heard.city.settings.privileged_key_file.unlink()
    [open_] = heard.watch(numbers()).findings()
    sealed = [one for one in heard.watch(numbers()).findings(private=True) if one.id != open_.id]
    assert sealed
    for one in sealed:
        assert "the key in use does not open it" in one.finding.said
        assert "paloverde watch again" in one.finding.next
        assert one.finding.spans == ()


def test_answers_are_kept_and_the_last_counts(heard: WatchedCity) -> None:
    watch = heard.watch(numbers())
    watch.round()
    [one] = watch.findings()
    with pytest.raises(BadQuestion, match="why it is a false alarm"):
        watch.answer(one.id, "wrong", "  ", "cleo")
    with pytest.raises(BadQuestion, match="no answer"):
        watch.answer(one.id, "maybe", "", "cleo")
    with pytest.raises(BadQuestion, match="No finding"):
        watch.answer("nobody", "right", "", "cleo")
    watch.answer(one.id, "wrong", "It is the City's own number.", "cleo")
    told = watch.answer(one.id, "right", "", "ana")
    assert told.state is State.ANSWERED
    assert [(answer.verdict, answer.words, answer.by) for answer in told.answers] == [
        (Verdict.WRONG, "It is the City's own number.", "cleo"),
        (Verdict.RIGHT, "", "ana"),
    ]
    assert watch.findings() == []
    assert [found.id for found in watch.findings(state="answered")] == [one.id]
    watch.round()
    assert watch.one(one.id).state is State.ANSWERED
    assert [judged.verdict for judged in watch.now().judged("numbers")] == ["right"]
    assert [judged.rule for judged in watch.now().judged("numbers")] == ["patterns/phone#1"]


def test_answers_come_back_where_the_rows_were_lost(heard: WatchedCity) -> None:
    watch = heard.watch(numbers())
    watch.round()
    [one] = watch.findings()
    watch.answer(one.id, "acted", "The comment was hidden.", "ana")
    with changing(heard.city.vault.books) as connection:
        connection.execute(FINDINGS.delete())
    watch.again(["numbers"], TODAY)
    assert [answer.words for answer in watch.one(one.id).answers] == ["The comment was hidden."]
    assert watch.one(one.id).state is State.ANSWERED
    assert watch.findings() == []


def test_what_may_have_come_back_since_its_answer_is_open_where_the_rows_were_lost(
    heard: WatchedCity,
) -> None:
    watch = heard.watch(wrong_now(["x-palmaria"]))
    watch.round()
    [one] = watch.findings()
    watch.answer(one.id, "acted", "The page was put right.", "ana")
    with changing(heard.city.vault.books) as connection:
        connection.execute(FINDINGS.delete())
    watch.round()
    assert [found.id for found in watch.findings()] == [one.id]
    assert [answer.words for answer in watch.one(one.id).answers] == ["The page was put right."]


def test_a_check_that_fails_is_named_keeps_its_place_and_stops_no_other(heard: WatchedCity) -> None:
    watch = heard.watch(failing(), numbers())
    done = watch.round()
    assert done.found == 2
    [trouble] = done.troubles
    assert (trouble.check, trouble.about, trouble.error) == ("failing", f"{SLUG}/comment/c1", "ValueError")
    assert trouble.where.startswith("watchedcity.py, line ")
    assert "760" not in done.sentence()
    with pytest.raises(CheckFailed, match=r"The check failing failed"):
        done.settle()
    seen: list[str] = []
    heard.watch(shown(seen, "failing")).round()
    assert len(seen) == 3
    assert heard.deeds("policy watched")[0]["failed"] == "failing"


def test_what_was_mended_has_ended_and_is_open_when_it_is_wrong_again(heard: WatchedCity) -> None:
    wrong = ["facebook-palmaria", "x-palmaria"]
    watch = heard.watch(wrong_now(wrong))
    assert watch.round().found == 2
    mended = next(one for one in watch.findings() if one.finding.about == "x-palmaria")
    watch.answer(mended.id, "acted", "The disclaimer was put back.", "ana")
    wrong.remove("x-palmaria")
    assert watch.round().ended == 1
    assert watch.one(mended.id).state is State.ENDED
    assert len(watch.findings()) == 1
    wrong.append("x-palmaria")
    assert watch.round().found == 1
    again = watch.one(mended.id)
    assert again.state is State.OPEN
    assert [answer.verdict for answer in again.answers] == [Verdict.ACTED]


def test_a_check_that_failed_when_it_was_asked_ends_nothing(heard: WatchedCity) -> None:
    watch = heard.watch(wrong_now(["x-palmaria"]))
    watch.round()

    def fail(now: object, book: object) -> list[Finding]:
        raise KeyError

    broken = Check("wrong-now", "Wrong now", 1, (), "Looks.", ("clerk",), of_now=fail)
    done = heard.watch(broken).round()
    assert done.ended == 0
    assert len(done.troubles) == 1
    assert len(watch.findings()) == 1


def test_a_new_version_of_a_check_ends_what_it_finds_no_more(heard: WatchedCity) -> None:
    heard.watch(numbers()).round()
    heard.hear("second", {**POST, "native_id": "p2", "text": "Call 442-555-0123."})
    changed = heard.watch(numbers(2, "442-"))
    done = changed.round()
    assert (done.versions, done.found) == (1, 1)
    assert done.changed == ("numbers",)
    assert "`paloverde watch again numbers --since DATE`" in done.sentence()
    assert changed.round().changed == ()
    done = changed.again(["numbers"], TODAY)
    assert (done.versions, done.found, done.ended) == (4, 0, 2)
    assert [one.finding.about for one in changed.findings()] == [f"{SLUG}/post/p2"]
    with heard.city.vault.books.connect() as connection:
        assert connection.execute(select(WATCHED).where(WATCHED.c.look == "again")).all() == []


def test_a_day_that_has_not_come_and_a_check_that_is_not_there_are_refused(heard: WatchedCity) -> None:
    watch = heard.watch(numbers())
    with pytest.raises(BadQuestion, match="has not come yet"):
        watch.again(["numbers"], TODAY + timedelta(days=2))
    with pytest.raises(BadQuestion, match="There are: numbers"):
        watch.again(["nobody"], TODAY)
    with pytest.raises(BadQuestion, match="no state"):
        watch.findings(state="late")


_KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from watchedcity import WatchedCity, shown
from paloverde.watch.check import Check
from paloverde.records import archive_day
from datetime import UTC, datetime

class City(WatchedCity):
    def __init__(self, home):
        self.home, self.database = home, ""

def find(seen, book):
    with open(sys.argv[1] + "/seen", "a") as out:
        print(seen.item, file=out)
    if seen.native_id == "p3" and sys.argv[4] == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    return [check.in_item(seen, "Seen.", "Look.")]

check = Check("killed", "Killed", 1, ("P-24",), "Looks.", ("clerk",), of_item=find)
watch = City(Path(sys.argv[1])).watch(check)
if sys.argv[3] == "round":
    print(watch.round().found)
else:
    print(watch.again(["killed"], archive_day(datetime.now(UTC))).found)
"""


@pytest.mark.slow
@pytest.mark.parametrize("look", ["round", "again"])
def test_a_look_that_was_killed_is_gone_on_with(tmp_path: Path, look: str) -> None:
    city = WatchedCity(tmp_path / "home")
    for number in range(1, 6):
        city.hear(f"{number}", {**POST, "native_id": f"p{number}"})
    tests = str(Path(__file__).parents[1])

    def run(ends: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", _KILLED, str(city.home), tests, look, ends]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))

    assert run("dies").returncode == -signal.SIGKILL
    told = run("lives")
    assert (told.returncode, told.stdout.strip()) == (0, "3"), told.stderr
    seen = (city.home / "seen").read_text().split()
    assert [one.rpartition("/")[2] for one in seen] == ["p1", "p2", "p3", "p3", "p4", "p5"]
    assert len(city.watch().findings()) == 5


def test_a_thread_is_shown_whole(heard: WatchedCity) -> None:
    heard.hear("later", {**COMMENT, "native_id": "c2", "text": "Mine, too.", "poster_name": "Dan Whitlock"})
    talks: list[tuple[str, list[str]]] = []

    def follow(seen: object, said: object, book: object) -> list[Finding]:
        talks.append((seen.native_id, [one.native_id for one in said]))  # type: ignore[attr-defined]
        return [check.in_item(seen, "Two talk: “Mine, too.”", "Look.")]  # type: ignore[arg-type]

    check = Check(
        "talks", "Talks", 1, ("P-56",), "Looks.", ("counsel",),
        begins=lambda seen, book: seen.kind is Kind.COMMENT and seen.native_id == "c2", of_thread=follow,
    )  # fmt: skip
    watch = heard.watch(check)
    assert watch.round().found == 1
    assert [(begun, sorted(said)) for begun, said in talks] == [("c2", ["c1", "c2", "p1"])]
    assert watch.findings()[0].finding.said == "Two talk: “Mine, too.”"


def test_findings_are_listed_page_by_page_the_urgent_first(heard: WatchedCity) -> None:
    heard.hear("more", *({**POST, "native_id": f"q{n}", "text": f"760-555-02{n:02}"} for n in range(7)))
    watch = heard.watch(numbers(), wrong_now(["x-palmaria"]))
    watch.round()
    whole = watch.findings()
    assert whole[0].finding.about == "x-palmaria"
    assert len(whole) == 9
    paged, after = [], ""
    while page := watch.findings(limit=4, after=after):
        paged += page
        after = page[-1].id
    assert [one.id for one in paged] == [one.id for one in whole]
    assert [one.finding.check for one in watch.findings(check="wrong-now")] == ["wrong-now"]
    assert watch.findings(account="x-elsewhere") == []


def test_people_judge_a_sample_and_the_check_is_measured(heard: WatchedCity) -> None:
    heard.hear("more", *({**POST, "native_id": f"q{n}", "text": f"760-555-02{n:02}"} for n in range(40)))
    watch = heard.watch(numbers())
    watch.round()
    waiting = watch.to_sample("numbers")
    assert len(waiting) == 20
    assert [one.id for one in waiting] == [one.id for one in watch.to_sample("numbers")]
    for number, one in enumerate(waiting[:5]):
        watch.answer(one.id, "wrong" if number == 0 else "right", "A house number.", "ana")
    [told] = watch.precision()
    assert (told.drawn, told.looked_at, told.right, told.wrong) == (20, 5, 4, 1)
    assert len(watch.to_sample("numbers")) == 15


def test_what_a_check_may_ask_comes_from_the_archive(heard: WatchedCity) -> None:
    heard.hear(
        "page",
        {
            "native_id": "palmaria",
            "kind": "profile",
            "text": "Official page of Palma Ria.",
            "visibility": "public",
        },
        {
            "native_id": "b1",
            "kind": "blocked",
            "text": "",
            "visibility": "private",
            "poster_name": "Dan Whitlock",
        },
    )
    now = heard.watch().now()
    assert [one.slug for one in now.accounts()] == [SLUG]
    [page] = now.profiles(SLUG)
    assert page.text == "Official page of Palma Ria."
    assert b"Official page" in page.payload
    assert {one.native_id for one in now.seen(SLUG, TODAY, "post", "comment")} == {"p1", "c1"}
    assert list(now.seen(SLUG, TODAY + timedelta(days=1), "post")) == []
    newest = now.newest(f"{SLUG}/comment/c1")
    assert newest is not None
    assert newest.poster.name == "Ruth Okafor"
    assert now.newest(f"{SLUG}/comment/nobody") is None
    items = [f"{SLUG}/{name}" for name in ("comment/c1", "comment/nobody", "post/p1")]
    assert {one.item for one in now.newest_of(items)} == {items[0], items[2]}
    assert [seen.native_id for seen, _ in now.standing(SLUG, "blocked")] == ["b1"]
    assert now.removals(SLUG) == []
    assert now.papers(SLUG) == {}
    assert now.last_capture(SLUG) is None
    assert now.looks(["ab" * 32]) == {}
    with pytest.raises(BadQuestion, match="no page of the City's own website"):
        now.page("https://elsewhere.example/policy")
