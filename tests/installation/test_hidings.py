"""Hiding by an approved rule, over real HTTP against the simulated sites, with a real archive and its ledger."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dying import DeadlyStore
from hidingcity import PROFANE, RULE, STEPS, HidingCity, hiding_city
from paloverde.archive.exchanges import read_answers
from paloverde.archive.seal import Role, RunKind
from paloverde.archive.turns import Turn, turn
from paloverde.archive.vault import Vault
from paloverde.errors import BadQuestion, PermissionMissing, Suspicious, TryAgain, Unreachable
from paloverde.installation import Installation
from paloverde.installation.hiding_acts import HidingActs
from paloverde.installation.hiding_cases import HidingCases
from paloverde.installation.hidings import Hidings
from paloverde.installation.journal import Journal
from paloverde.records import Visibility, add_calendar_years, archive_day
from paloverde.retention.dossier import Cited, Noted
from paloverde.simulator.city import State
from paloverde.watch.hiding.deciding import Weighed
from paloverde.watch.hiding.record import Stage
from paloverde.watch.register import Entered
from paloverde.watch.registers.hiding import HidingRule
from simulatedcity import TODAY


def unexplained(city: HidingCity) -> set[str]:
    found = city.city.watch.findings(check="unexplained-hiding", account=city.slug)
    return {one.finding.about for one in found} | {item for one in found for item in one.finding.links}


def stages(city: HidingCity, native_id: str) -> list[Stage]:
    return [one.step.stage for one in city.city.hidings.history(city.item(native_id))]


def hiding_runs(city: HidingCity) -> list[int]:
    seals = city.city.archive.seals([city.slug])
    return [seal.sequence for seal in seals if seal.run.kind is RunKind.HIDING]


@pytest.mark.slow
def test_a_profane_comment_is_captured_hidden_held_two_years_and_shown_again_for_good(tmp_path: Path) -> None:
    with hiding_city(tmp_path / "home") as city:
        profane, civil = city.say(), city.say("I disagree with all of it.")
        city.rule()
        city.night()
        done = city.hide()
        assert done.hidden == (city.item(profane),)
        assert (city.truth(profane).state, city.truth(civil).state) == (State.HIDDEN, State.PRESENT)
        assert (
            done.sentence()
            == "By 1 hiding rule: 1 comment hidden, 0 comments proposed, 0 comments left alone."
        )
        # The dossier is complete at once, and nobody typed anything
        dossier = city.dossier(profane)
        assert dossier.cause == "city"
        assert PROFANE in dossier.row["text"]
        today = archive_day(datetime.now(UTC))
        assert dossier.retain_until == add_calendar_years(today, 2)
        [cited] = [one.paper for one in dossier.papers if isinstance(one.paper, Cited)]
        assert cited.guidelines == ("c",)
        assert "hiding-rules/profanity#1, by word-lists/profanity-en#1" in cited.rule
        assert "cora for counsel; cleo for the City Clerk" in cited.rule
        # The raw exchange lies in the sealed run
        [run] = hiding_runs(city)
        [sealed] = city.city.archive.parts_of(run, Role.EXCHANGES)
        body = city.city.vault.store.get(sealed.part.stored)
        [(_, exchange)] = read_answers(body, where="here")
        assert (exchange.method, exchange.status) == ("POST", 200)
        assert f"{profane}?is_hidden=true" in exchange.url
        assert city.archived.tokens[city.slug].encode() not in body
        assert city.told(*STEPS) == ["hiding begun", "comment hidden"]
        # The next night sees it hidden, and finds nothing unexplained; a second round does nothing
        city.night()
        newest = city.city.watch.now().newest(city.item(profane))
        assert newest is not None
        assert newest.visibility is Visibility.HIDDEN
        assert city.item(profane) not in unexplained(city)
        assert not city.hide().hidden
        assert city.dossier(profane).others == 0
        # A person shows it again, and no rule hides it any more
        city.city.hidings.show_again(city.item(profane), "cleo", "Cleo Park", "It quotes a film.")
        assert city.truth(profane).state is State.PRESENT
        city.night()
        left = city.hide()
        assert not left.hidden
        assert city.truth(profane).state is State.PRESENT
        assert stages(city, profane) == [Stage.MEANT, Stage.HIDDEN, Stage.SHOWING, Stage.SHOWN]
        [noted] = [one.paper for one in city.dossier(profane).papers if isinstance(one.paper, Noted)]
        assert "Cleo Park decided: It quotes a film." in noted.note
        assert city.dossier(profane).retain_until == dossier.retain_until


@pytest.mark.slow
@pytest.mark.parametrize("site", ["instagram", "x", "youtube"])
def test_on_the_other_three_sites_it_is_hidden_held_and_shown_again(tmp_path: Path, site: str) -> None:
    with hiding_city(tmp_path / "home", site) as city:
        profane = city.say()
        city.rule()
        city.night()
        assert city.hide().hidden == (city.item(profane),)
        assert city.truth(profane).state in (State.HIDDEN, State.HELD)
        dossier = city.dossier(profane)
        assert dossier.cause == "city"
        assert any(isinstance(one.paper, Cited) for one in dossier.papers)
        city.night()
        assert city.item(profane) not in unexplained(city)
        assert city.dossier(profane).others == 0
        city.city.hidings.show_again(city.item(profane), "cleo", "Cleo Park", "It quotes a film.")
        assert city.truth(profane).state is State.PRESENT
        city.night()
        assert not city.hide().hidden


@pytest.mark.slow
def test_a_rule_that_proposes_sends_nothing_until_a_person_decides(tmp_path: Path) -> None:
    with hiding_city(tmp_path / "home") as city:
        profane = city.say()
        city.rule(mode="propose")
        city.night()
        done = city.hide()
        assert not done.hidden
        assert [one.case.item for one in done.proposed] == [city.item(profane)]
        assert city.truth(profane).state is State.PRESENT
        assert not city.told(*STEPS)
        city.city.hidings.hide(city.item(profane), "Cleo Park, clerk, desk (cleo)", "Cleo Park")
        assert city.truth(profane).state is State.HIDDEN
        [cited] = [one.paper for one in city.dossier(profane).papers if isinstance(one.paper, Cited)]
        assert (cited.reviewer, cited.rule) == ("Cleo Park", "")
        with pytest.raises(BadQuestion, match="is hidden already"):
            city.city.hidings.hide(city.item(profane), "cleo", "Cleo Park")


@pytest.mark.slow
def test_nothing_is_sent_where_it_does_not_allow_hiding(tmp_path: Path) -> None:
    with hiding_city(tmp_path / "home", may_hide=False) as city:
        profane = city.say()
        city.rule()
        city.night()
        done = city.hide()
        assert done.is_off
        assert "PALOVERDE_ALLOW_HIDING" in done.sentence()
        with pytest.raises(BadQuestion, match="only reads"):
            city.city.hidings.hide(city.item(profane), "cleo", "Cleo Park")
        assert city.truth(profane).state is State.PRESENT
        assert not city.told(*STEPS)


@pytest.mark.slow
def test_without_a_rule_and_with_one_that_one_person_approved_nothing_is_hidden(tmp_path: Path) -> None:
    with hiding_city(tmp_path / "home") as city:
        profane = city.say()
        city.night()
        assert city.hide().sentence() == "No hiding rule counts: nothing was hidden."
        city.file("hiding-rules", {**RULE, "accounts": city.slug})
        approval = {"rule": "profanity", "version": "1", "office": "the City Clerk"}
        city.file("hiding-rule-approvals", approval, "cleo", "clerk")
        assert city.hide().rules == 0
        assert city.truth(profane).state is State.PRESENT


@pytest.mark.slow
def test_a_dry_run_says_what_it_would_do_and_writes_nothing(tmp_path: Path) -> None:
    with hiding_city(tmp_path / "home") as city:
        profane = city.say()
        city.rule()
        city.night()
        before = len(list(city.city.ledger.entries()))
        done = city.hide(dry_run=True)
        assert [one.case.item for one in done.proposed] == [city.item(profane)]
        assert len(list(city.city.ledger.entries())) == before
        assert city.truth(profane).state is State.PRESENT


@pytest.mark.slow
def test_more_than_the_rule_may_hide_at_once_hides_none_and_asks(tmp_path: Path) -> None:
    with hiding_city(tmp_path / "home") as city:
        said = [city.say(f"{PROFANE} Number {number}.") for number in range(3)]
        city.rule(most="2")
        city.night()
        done = city.hide()
        assert not done.hidden
        assert len(done.proposed) == 3
        with pytest.raises(Suspicious, match="3 comments here, more than the 2"):
            done.settle()
        assert {city.truth(one).state for one in said} == {State.PRESENT}


@pytest.mark.slow
def test_what_was_edited_since_is_left_alone_until_it_is_captured_anew(tmp_path: Path) -> None:
    with hiding_city(tmp_path / "home") as city:
        profane = city.say()
        city.rule()
        city.night()
        city.archived.event(site="facebook", do="edit", item=profane, text="What the fog is this?")
        city.city.archive_night(city.slug, TODAY)
        done = city.hide()
        assert not done.hidden
        [left] = done.against
        assert "edited since" in left.against[0]
        assert city.truth(profane).state is State.PRESENT


@pytest.mark.slow
def test_a_lost_permission_leaves_a_true_ledger_and_the_comment_as_it_is(tmp_path: Path) -> None:
    with hiding_city(tmp_path / "home") as city:
        first, second = city.say(), city.say(f"{PROFANE} Again.")
        city.rule()
        city.night()
        city.archived.sites.city.presences["facebook"].settings["may_hide"] = False
        done = city.hide()
        assert set(done.failed) == {city.item(first), city.item(second)}
        with pytest.raises(PermissionMissing, match="Permissions error"):
            done.settle()
        assert city.told(*STEPS) == ["hiding begun", "hiding begun", "hiding failed", "hiding failed"]
        assert len(hiding_runs(city)) == 1  # with the site's refusal, as it came
        with pytest.raises(BadQuestion, match="never found removed"):
            city.dossier(first)
        city.archived.sites.city.presences["facebook"].settings["may_hide"] = True
        assert set(city.hide().hidden) == {city.item(first), city.item(second)}
        assert stages(city, first) == [Stage.MEANT, Stage.FAILED, Stage.MEANT, Stage.HIDDEN]


@pytest.mark.slow
def test_a_token_without_the_permission_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    with hiding_city(tmp_path / "home", "x") as city:
        profane = city.say()
        city.rule()
        city.night()
        token = city.archived.tokens[city.slug]
        grant = {"access_token": token, "scope": "tweet.read users.read dm.read"}
        city.city.put_token(city.slug, json.dumps(grant), "ida")
        [told] = city.city.hidings.hindrances()
        assert "tweet.moderate.write" in told
        done = city.hide()
        with pytest.raises(PermissionMissing, match=r"tweet\.moderate\.write"):
            done.settle()
        assert not city.told(*STEPS)
        assert city.truth(profane).state is State.PRESENT
        city.city.put_token(
            city.slug, json.dumps(grant | {"scope": "tweet.read tweet.moderate.write"}), "ida"
        )
        assert city.city.hidings.hindrances() == []
        assert city.hide().hidden == (city.item(profane),)


@pytest.mark.slow
@pytest.mark.parametrize("site", ["facebook", "x"])
@pytest.mark.parametrize("is_done", [False, True])
def test_where_the_answer_is_lost_nothing_is_claimed_and_the_next_round_asks(
    tmp_path: Path, site: str, is_done: bool
) -> None:
    with hiding_city(tmp_path / "home", site) as city:
        profane = city.say()
        city.rule()
        city.night()
        fault = {"kind": "short_body"} if is_done else {"kind": "server_error", "status": 500}
        city.archived.fault(**fault, site=site, times=None)
        done = city.hide()
        assert (done.hidden, done.failed, done.open) == ((), (), (city.item(profane),))
        assert "is not known, and the next round asks" in done.sentence()
        with pytest.raises(Unreachable):
            done.settle()  # Airflow tries again soon
        assert (city.truth(profane).state is State.PRESENT) is not is_done
        assert city.told(*STEPS) == ["hiding begun"]
        city.archived.mend()
        assert city.hide().hidden == (city.item(profane),)
        assert city.truth(profane).state is State.HIDDEN
        assert stages(city, profane) == [Stage.MEANT, Stage.HIDDEN]
        assert city.dossier(profane).others == 0


@pytest.mark.slow
@pytest.mark.parametrize("site", ["facebook", "x"])
def test_what_a_withdrawn_rule_had_begun_is_in_sight_again(tmp_path: Path, site: str) -> None:
    with hiding_city(tmp_path / "home", site) as city:
        profane = city.say()
        city.rule()
        city.night()
        city.archived.fault(kind="short_body", site=site, times=None)
        assert city.hide().open == (city.item(profane),)
        assert city.truth(profane).state is State.HIDDEN
        city.archived.mend()
        city.city.watch.withdraw("hiding-rules", "profanity", "It hid too much.", "pat")
        assert city.hide().failed == (city.item(profane),)
        assert city.truth(profane).state is State.PRESENT
        assert stages(city, profane) == [Stage.MEANT, Stage.FAILED]
        with pytest.raises(BadQuestion, match="never found removed"):
            city.dossier(profane)


@pytest.mark.slow
def test_a_person_whose_answer_is_lost_is_told_that_nobody_knows_yet(tmp_path: Path) -> None:
    with hiding_city(tmp_path / "home") as city:
        profane = city.say()
        city.rule(mode="propose")
        city.night()
        city.archived.fault(kind="short_body", site="facebook", times=None)
        with pytest.raises(TryAgain, match="is not known, and the next round asks"):
            city.city.hidings.hide(city.item(profane), "cleo", "Cleo Park")
        city.archived.mend()
        assert city.hide().hidden == (city.item(profane),)
        [cited] = [one.paper for one in city.dossier(profane).papers if isinstance(one.paper, Cited)]
        assert cited.reviewer == "Cleo Park"


class Interrupted(HidingCases):
    """Cases that are weighed, and of which a person decides before anything is sent."""

    def weighed(self, rules: Sequence[Entered[HidingRule]], account: str = "") -> list[Weighed]:
        found = super().weighed(rules, account)
        for one in found:
            self.decides(one.case.item)
        return found

    decides: Callable[[str], None]


@pytest.mark.slow
def test_what_a_person_decides_while_a_round_is_at_work_beats_it(tmp_path: Path) -> None:
    with hiding_city(tmp_path / "home") as city:
        profane, it = city.say(), city.opened()
        city.rule()
        city.night()

        def decide(item: str) -> None:
            city.city.hidings.hide(item, "cleo", "Cleo Park")
            city.city.hidings.show_again(item, "cleo", "Cleo Park", "It quotes a film.")

        cases = Interrupted(it.vault, it.archive, it.cabinet, it.watch, it.holds)
        cases.decides = decide
        tell = Journal(it.vault, it.ledger).tell

        def taken(slug: str, what: str) -> AbstractContextManager[Turn]:
            return turn(it.vault.books, slug, what, timedelta(minutes=10), it.vault.clock, wait=60)

        acts = HidingActs(it.vault, it.archive, it.cabinet, it.access, it.dossiers, it.platform, taken, tell)
        done = Hidings(city.given, it.cabinet, cases, acts).round()
        assert not done.hidden
        assert city.truth(profane).state is State.PRESENT
        assert stages(city, profane)[-1] is Stage.SHOWN


def die(city: HidingCity, prefix: str, when: str, act: Callable[[Hidings], object] = Hidings.round) -> None:
    """A round (or another act) of another process, killed at the first object whose key begins so."""
    pid = os.fork()
    if pid == 0:
        try:
            real = city.opened().vault
            store: Any = DeadlyStore(real.store, prefix, when)
            vault = Vault(store, real.books, real.signer, real.clock, real.lock_years)
            act(Installation(city.given, vault).hidings)
        finally:
            os._exit(0)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL


@pytest.mark.slow
@pytest.mark.parametrize("site", ["facebook", "x"])
@pytest.mark.parametrize(
    ("prefix", "when"),
    [
        ("papers/hidings", "after"),  # the intent is stored, and no ledger entry names it
        ("exchanges/", "before"),  # the site has done it, and nothing is kept of that
        ("runs/", "before"),
        ("runs/", "after"),  # sealed, and the dossier says nothing of guideline and rule
        ("papers/removals", "after"),
    ],
)
def test_a_round_that_is_killed_is_taken_up_and_ends_with_one_whole_dossier(
    tmp_path: Path, site: str, prefix: str, when: str
) -> None:
    with hiding_city(tmp_path / "home", site) as city:
        profane = city.say()
        city.rule()
        city.night()
        die(city, prefix, when)
        city.archived.city = city.opened()
        assert city.hide().hidden == (city.item(profane),)
        assert city.truth(profane).state is State.HIDDEN
        dossier = city.dossier(profane)
        assert dossier.others == 0
        assert [type(one.paper) for one in dossier.papers] == [Cited]
        assert stages(city, profane) == [Stage.MEANT, Stage.HIDDEN]
        assert city.told(*STEPS) == ["hiding begun", "comment hidden"]
        assert not city.hide().hidden


@pytest.mark.slow
@pytest.mark.parametrize("site", ["facebook", "x"])
def test_showing_again_that_is_killed_is_taken_up_and_the_comment_stays_in_sight(
    tmp_path: Path, site: str
) -> None:
    with hiding_city(tmp_path / "home", site) as city:
        profane = city.say()
        city.rule()
        city.night()
        city.hide()
        item = city.item(profane)
        die(city, "exchanges/", "before", lambda hidings: hidings.show_again(item, "cleo", "Cleo", "A film."))
        city.archived.city = city.opened()
        assert city.truth(profane).state is State.PRESENT
        assert stages(city, profane)[-1] is Stage.SHOWING
        done = city.hide()
        assert not done.hidden
        assert not done.failed
        assert stages(city, profane)[-1] is Stage.SHOWN
        assert city.truth(profane).state is State.PRESENT
        [noted] = [one.paper for one in city.dossier(profane).papers if isinstance(one.paper, Noted)]
        assert "Cleo decided: A film." in noted.note


@pytest.mark.slow
def test_what_a_person_answered_beats_the_rule(tmp_path: Path) -> None:
    with hiding_city(tmp_path / "home") as city:
        profane = city.say()
        city.rule()
        city.night()
        [found] = city.city.watch.findings(check="listed-words", account=city.slug)
        city.city.watch.answer(found.id, "right", "", "cleo")
        assert not city.hide().hidden
        with pytest.raises(BadQuestion, match="No hiding rule that counts names"):
            city.city.hidings.hide(city.item(profane), "cleo", "Cleo Park")
        assert city.truth(profane).state is State.PRESENT
