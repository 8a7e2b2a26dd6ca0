"""The policy at the desk: what waits for whom, in which words, and what people answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.desks import Desks, served, text_of
from desk.shelves import FB, HOSTILE, LIMITED, harm_in
from desk.watchdesk import CHECKS, COMMENT, DISGUISE, GONE, LISTED, MEETING, MESSAGE, Watched
from paloverde.desk.paces import Paces
from paloverde.desk.people import Role
from paloverde.steps import Step
from paloverde.watch.check import Finding, Weight
from paloverde.watch.clauses import Standing as Clauses
from paloverde.watch.clauses import clauses
from paloverde.watch.registers import ALL

BUSY = {"search": 10_000, "export": 10_000}


@pytest.fixture
def shelves(tmp_path: Path) -> Watched:
    return Watched(tmp_path / "shelves").fill()


@pytest.fixture
def desks(shelves: Watched) -> Iterator[Desks]:
    with served(Desks(shelves.city, paces=Paces(per_window=BUSY))) as running:
        yield running


def page(finding: Finding) -> str:
    return f"/watch/findings/{finding.id}"


def test_without_a_finding_the_page_says_where_to_begin(desks: Desks) -> None:
    answer = desks.get("/watch", Role.PUBLIC_AFFAIRS)
    assert "Nothing was found." in text_of(answer)
    assert 'href="/watch/registers">To the registers' in answer.text


def test_what_waits_is_grouped_by_weight_and_check_and_leads_to_each(desks: Desks, shelves: Watched) -> None:
    later = shelves.found(LISTED, FB, "The list has no approval.", weight=Weight.ADVICE)
    urgent = shelves.heated()
    answer = desks.get("/watch", Role.PUBLIC_AFFAIRS)
    said = text_of(answer)
    assert said.index("To be looked at today") < said.index("“heated” stands on a list.")
    assert said.index("“heated” stands on a list.") < said.index("To be looked at when convenient")
    assert (
        said.count(CHECKS[LISTED].title) == 4
    )  # in the field, in the table, and above the findings of each weight
    for finding in (later, urgent):
        assert f'href="{page(finding)}"' in answer.text
    assert f'href="/watch/clauses#{CHECKS[LISTED].clauses[0]}"' in answer.text


def test_the_list_is_narrowed_by_check_account_and_state(desks: Desks, shelves: Watched) -> None:
    shelves.heated()
    assert "“heated”" in text_of(desks.get(f"/watch?check={LISTED}&account={FB}"))
    for narrowed in (f"check={MEETING}", "account=x-palmaria", "state=answered", "state=ended"):
        said = text_of(desks.get(f"/watch?{narrowed}"))
        assert "No finding is like that." in said, narrowed
        assert "“heated”" not in said
    for strange in ("state=nonsense", "check=%00", "after=nothing", "after=%3Cb%3E"):
        assert desks.get(f"/watch?{strange}").status_code == 200, strange


def test_a_long_list_goes_on_page_by_page_and_shows_each_once(desks: Desks, shelves: Watched) -> None:
    for number in range(60):
        shelves.found(LISTED, FB, f"Finding number {number}.", which=str(number))
    client, path, told = desks.client(Role.CLERK), "/watch", list[str]()
    for _page in range(3):
        answer = client.get(path)
        told += re.findall(r"Finding number \d+\.", answer.text)
        following = re.search(r'rel="next" href="([^"]+)"', answer.text)
        if following is None:
            break
        path = following[1].replace("&amp;", "&")
    assert len(told) == len(set(told)) == 60


def test_a_finding_shows_its_words_clause_rule_and_what_may_be_done(desks: Desks, shelves: Watched) -> None:
    answer = desks.get(page(shelves.heated()), Role.PUBLIC_AFFAIRS)
    said = text_of(answer)
    assert "Is the pool <mark>heated</mark>?" in answer.text
    for told in ("“heated” stands on a list.", "Look at it.", "To be looked at today", "Lists of words: hot, version 3",
                 CHECKS[LISTED].says[:60], f"{LISTED}, version"):  # fmt: skip
        assert told in said, told
    assert 'href="/watch/registers/word-lists/entries/hot"' in answer.text
    assert 'href="/record?account=facebook-palmaria&amp;kind=comment&amp;id=2' in answer.text
    assert 'href="/watch/clauses#P-32"' in answer.text


def test_a_request_in_a_comment_leads_to_the_form_that_takes_it_in(desks: Desks, shelves: Watched) -> None:
    step = Step.RECEIVE.of("message", "2026-11-20", COMMENT)
    finding = shelves.found(DISGUISE, COMMENT, "This asks for records.", f"Take it in: {step}.")
    answer = desks.get(page(finding))
    assert "Take it in: “Take a request in”." in text_of(answer)
    assert "paloverde request" not in text_of(answer)
    path = "/requests/new?channel=message&amp;received_on=2026-11-20&amp;note=facebook-palmaria%2Fcomment%2F"
    assert f'<a href="{path}' in answer.text


def test_a_finding_about_what_was_removed_leads_to_its_dossier(desks: Desks, shelves: Watched) -> None:
    finding = shelves.found(LISTED, GONE, "“mistake” stands on a list.")
    assert 'href="/removed/look?item=facebook-palmaria%2Fcomment%2F3"' in desks.get(page(finding)).text


def test_what_was_written_in_private_is_no_finding_to_whoever_may_not_see_it(
    desks: Desks, shelves: Watched
) -> None:
    finding = shelves.private()
    for role in (Role.PUBLIC_AFFAIRS, Role.AUDITOR):
        for path in ("/watch", f"/watch?check={DISGUISE}", "/watch?state=all", "/watch/clauses", "/"):
            said = text_of(desks.get(path, role))
            assert "private word" not in said, (role, path)
            assert "message/900" not in said, (role, path)
            assert "1 waits" not in said, (role, path)
        assert desks.get(page(finding), role).status_code == 403
    assert desks.post(f"{page(finding)}/answer", {"verdict": "right"}, Role.PUBLIC_AFFAIRS).status_code == 403


def test_a_private_finding_shows_its_words_for_a_reason_that_the_ledger_keeps(
    desks: Desks, shelves: Watched
) -> None:
    finding = shelves.private()
    before = len(shelves.told("private record looked at"))  # of the test itself
    assert "private word" not in text_of(desks.get("/watch"))
    assert "say why you look at it" in text_of(desks.get(page(finding)))
    assert len(shelves.told("private record looked at")) == before
    answer = desks.for_a_reason(page(finding), "It may be a request")
    assert "A <mark>private word</mark> about the pool" in answer.text
    assert "A message says “private word”, and may be a request." in text_of(answer)
    assert "request" not in str(answer.url)
    (event,) = shelves.told("private record looked at")[before:]
    assert event["reason"] == "It may be a request"


def test_what_is_for_counsel_is_seen_by_counsel_alone(desks: Desks, shelves: Watched) -> None:
    finding = shelves.meeting()
    assert CHECKS[MEETING].title in text_of(desks.get("/watch/precision", Role.COUNSEL))
    assert f"{CHECKS[MEETING].title} (1)" in text_of(desks.get("/watch", Role.COUNSEL))
    for path in ("/watch/precision", "/watch"):
        assert CHECKS[MEETING].title not in text_of(desks.get(path, Role.CLERK)), path
    seen = text_of(desks.get(page(finding), Role.COUNSEL))
    assert "Vera Moss answered Otto Reed." in seen
    assert "Vera Moss answered Otto Reed." in text_of(desks.get("/watch", Role.COUNSEL))
    for role in set(Role) - {Role.COUNSEL}:
        for path in ("/watch", "/watch?state=all", f"/watch?check={MEETING}", "/", "/watch/clauses"):
            assert "Vera Moss" not in desks.get(path, role).text, (role, path)
        answer = desks.get(page(finding), role)
        assert answer.status_code == 403
        assert "Vera Moss" not in answer.text


def test_the_ledger_tells_counsel_alone_that_such_a_finding_was_answered(
    desks: Desks, shelves: Watched
) -> None:
    finding = shelves.meeting()
    desks.done(f"{page(finding)}/answer", {"verdict": "right"}, Role.COUNSEL)
    (event,) = shelves.told("privileged finding answered")
    assert event["check"] == MEETING
    assert MEETING in text_of(desks.get("/ledger", Role.COUNSEL))
    for role in (Role.CLERK, Role.AUDITOR):
        said = text_of(desks.get("/ledger", role))
        assert MEETING not in said
        assert "An entry that only counsel may read." in said


def test_other_items_that_show_it_are_linked_as_far_as_they_may_be_seen(
    desks: Desks, shelves: Watched
) -> None:
    finding = shelves.found(LISTED, GONE, "It goes with others.", links=(COMMENT, MESSAGE))
    for role, is_open in ((Role.CLERK, True), (Role.PUBLIC_AFFAIRS, False)):
        answer = desks.get(page(finding), role).text
        assert "kind=comment&amp;id=2" in answer
        assert ("kind=message&amp;id=900" in answer) is is_open


def test_an_answer_is_kept_with_name_and_words_and_the_finding_waits_no_longer(
    desks: Desks, shelves: Watched
) -> None:
    finding = shelves.heated()
    form = {"verdict": "acted", "words": "Hidden on Facebook, and cited."}
    said = desks.done(f"{page(finding)}/answer", form, Role.PUBLIC_AFFAIRS)
    assert "Answered: right, and acted on." in said
    assert "No finding is like that." in said
    told = text_of(desks.get(page(finding)))
    assert "Pia Nolan" in told
    assert "right, and acted on: Hidden on Facebook, and cited." in told
    assert "Answer it anew" in told
    assert "“heated”" in text_of(desks.get("/watch?state=answered"))
    assert "Nothing waits." in text_of(desks.get("/watch"))
    again = desks.done(f"{page(finding)}/answer", {"verdict": "wrong", "words": "It was a joke."}, Role.CLERK)
    assert "Answered: a false alarm." in again
    told = text_of(desks.get(page(finding)))
    assert told.index("acted on") < told.index("a false alarm: It was a joke.")


def test_an_answer_without_a_verdict_comes_back_with_what_was_typed(desks: Desks, shelves: Watched) -> None:
    finding = shelves.heated()
    answer = desks.post(f"{page(finding)}/answer", {"verdict": "", "words": "I looked"})
    assert answer.status_code == 400
    assert "Choose one of the list." in text_of(answer)
    assert ">I looked</textarea>" in answer.text
    assert shelves.told("finding answered") == []


def test_only_the_roles_that_decide_about_a_check_answer_it(desks: Desks, shelves: Watched) -> None:
    finding = shelves.heated()
    assert CHECKS[LISTED].answered_by == ("clerk", "public_affairs")
    for role in (Role.AUDITOR, Role.COUNSEL):
        told = text_of(desks.get(page(finding), role))
        assert "It is decided by: clerk, public affairs." in told
        assert "File this answer" not in told
    for role in (Role.AUDITOR, Role.COUNSEL, Role.IT, Role.APPROVER):
        assert desks.post(f"{page(finding)}/answer", {"verdict": "right"}, role).status_code == 403
    assert shelves.told("finding answered") == []


def test_a_false_alarm_is_filed_with_its_reason_alone(desks: Desks, shelves: Watched) -> None:
    answer = desks.post(f"{page(shelves.heated())}/answer", {"verdict": "wrong", "words": ""})
    assert answer.status_code == 400
    assert "why it is a false alarm" in text_of(answer)
    assert '<option value="wrong" selected>' in answer.text
    assert shelves.told("finding answered") == []


def test_todays_page_names_what_is_urgent_for_whoever_decides_about_it(
    desks: Desks, shelves: Watched
) -> None:
    shelves.heated()
    shelves.found(LISTED, FB, "The list has no approval.", weight=Weight.ADVICE)
    answer = desks.get("/", Role.PUBLIC_AFFAIRS)
    assert f'class="desk-urgent"><a href="/watch?check={LISTED}">1 finding</a>' in answer.text
    assert "1 finding is to be looked at today: Words of a list." in text_of(answer)
    assert "1 finding of the checks of the policy can be looked at this week or later" in text_of(answer)
    assert "of the checks of the policy" not in text_of(desks.get("/", Role.AUDITOR))


def test_what_is_about_no_record_leads_to_the_account_or_the_entry(desks: Desks, shelves: Watched) -> None:
    finding = shelves.found(LISTED, FB, "The account has no list.", account=FB)
    assert f'href="/accounts/{FB}"' in desks.get(page(finding)).text
    finding = shelves.found(LISTED, "policy-versions", "None is entered.")
    assert 'href="/watch/registers/policy-versions"' in desks.get(page(finding)).text
    assert f"{ALL['policy-versions'].title}; found Wed, Nov 18" in text_of(desks.get("/watch"))
    finding = shelves.found(LISTED, "people/jrivera", "She left.")
    assert 'href="/watch/registers/people/entries/jrivera"' in desks.get(page(finding)).text


def test_hostile_words_do_nothing_on_any_page(desks: Desks, shelves: Watched) -> None:
    for number, text in enumerate(HOSTILE):
        about = f"{FB}/comment/h{number}"
        finding = shelves.found(
            LISTED, about, f"It says {text}.", rule=text, links=(text, about), weight=Weight.URGENT,
            version_sha256="ab" * 32, account=FB,
        )  # fmt: skip
        for path in (page(finding), f"{page(finding)}?sample=yes"):
            answer = desks.get(path)
            assert answer.status_code == 200, text
            assert harm_in(answer.text) == [], text
    for path in ("/watch", "/", f"/watch?check={LISTED}"):
        answer = desks.get(path)
        assert harm_in(answer.text) == []
        assert len(answer.content) < 300_000


def test_who_sees_single_accounts_or_none_sees_no_finding(desks: Desks, shelves: Watched) -> None:
    finding = shelves.heated()
    for who in (Role.IT, Role.APPROVER, LIMITED):
        for path in ("/watch", page(finding), "/watch/registers", "/watch/clauses", "/watch/precision"):
            assert desks.get(path, who).status_code == 403, (who, path)
    for path in (
        "/watch/findings/none",
        "/watch/findings/%00",
        "/watch/precision/none",
        "/watch/reports/none",
    ):
        assert desks.get(path).status_code == 404, path


def test_every_clause_of_the_policy_says_how_it_is_served_and_what_waits(
    desks: Desks, shelves: Watched
) -> None:
    shelves.heated()
    answer = desks.get("/watch/clauses", Role.AUDITOR)
    ids = re.findall(r'<tr id="([CP]-\d\d)">', answer.text)
    assert sorted(ids) == sorted(clause.id for clause in clauses())
    sections = re.findall(r'<tr id="[CP]-\d\d">.*?usa-hint">(.*?)<', answer.text, re.DOTALL)
    order = ("I", "III", "V", "V.A.2", "V.A.10", "V.B.1", "V.B.6", "V.B.7", "V.B.9", "V.B.10", "V.C.1")
    assert [one for one in dict.fromkeys(sections) if one in order] == list(order)
    assert len(answer.content) < 300_000
    row = answer.text.partition('<tr id="P-32">')[2].partition("</tr>")[0]
    assert f'href="/watch?check={LISTED}"' in row
    assert "1 waits" in row
    for standing in Clauses:
        told = re.findall(
            r'<tr id="([CP]-\d\d)">', desks.get(f"/watch/clauses?stands={standing.name.lower()}").text
        )
        assert set(told) == {clause.id for clause in clauses() if clause.standing is standing}
    assert "No clause stands so." in text_of(desks.get("/watch/clauses?stands=%3Cb%3E"))


def test_a_sample_is_judged_one_by_one_and_the_figures_follow(desks: Desks, shelves: Watched) -> None:
    finding = shelves.heated()
    assert f'href="/watch/precision/{LISTED}"' in desks.get("/watch/precision").text
    assert f"/watch/precision/{LISTED}" not in desks.get("/watch/precision", Role.AUDITOR).text
    answer = desks.get(f"/watch/precision/{LISTED}")
    assert f'href="{page(finding)}?sample=yes"' in answer.text
    form = {"verdict": "wrong", "words": "A bath is meant.", "sample": "yes"}
    said = desks.done(f"{page(finding)}/answer", form)
    assert "All that was drawn of this check is judged." in said
    assert "1 false alarm" in text_of(desks.get("/watch/precision"))
