"""“Hidden by a rule” at the desk: what rules propose, hiding one, showing it again, and who may."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from desk.desks import Desks, served, text_of
from desk.shelves import FB, Shelves
from hidingcity import PROFANE, hiding_city
from paloverde.desk.people import Role
from paloverde.records import Kind
from paloverde.retention.dossier import subject_of
from paloverde.retention.facts import ItemId
from paloverde.simulator.city import State
from paloverde.watch.hiding.record import SERIES, Stage, Step

PAGE = "/watch/hidden"


@pytest.mark.slow
def test_a_proposal_is_hidden_by_a_person_and_shown_again_with_a_reason(tmp_path: Path) -> None:
    with hiding_city(tmp_path / "home") as city:
        profane = city.say(PROFANE)
        city.night()
        with served(Desks(city.city)) as desks:
            empty = text_of(desks.get(PAGE, Role.PUBLIC_AFFAIRS))
            assert "There is no hiding rule" in empty
            assert "Nothing was ever hidden through this archive." in empty
            city.rule(mode="propose")
            shown = desks.get(PAGE, Role.PUBLIC_AFFAIRS)
            said = text_of(shown)
            assert "Version 1 counts: it was approved by cora for counsel" in said
            assert city.item(profane) in said
            assert "frack" in said
            assert "Hide now" in said
            assert "Hide now" not in text_of(desks.get(PAGE, Role.AUDITOR))
            for page in ("hide", "show"):
                assert desks.get(f"{PAGE}/{page}?item={city.item(profane)}", Role.AUDITOR).status_code == 403
            asked = desks.get(f"{PAGE}/hide?item={city.item(profane)}", Role.PUBLIC_AFFAIRS)
            assert PROFANE in text_of(asked)  # whoever decides reads it all
            assert f"/record?account={city.slug}" in asked.text
            refused = desks.post(f"{PAGE}/hide", {"item": "facebook/comment"}, Role.PUBLIC_AFFAIRS)
            assert refused.status_code == 400
            told = desks.done(f"{PAGE}/hide", {"item": city.item(profane)}, Role.PUBLIC_AFFAIRS)
            assert "It is hidden at the site" in told
            assert "Show again" in told
            assert city.truth(profane).state is State.HIDDEN
            no_reason = {"item": city.item(profane), "reason": " "}
            assert desks.post(f"{PAGE}/show", no_reason, Role.CLERK).status_code == 400
            told = desks.done(f"{PAGE}/show", no_reason | {"reason": "It quotes a film."}, Role.CLERK)
            assert "No rule hides it any more" in told
            assert str(city.truth(profane).state) == State.PRESENT
            after = text_of(desks.get(PAGE))
            assert "shown again" in after
            assert "It quotes a film." in after
            assert "Hide now" not in after


@pytest.mark.slow
def test_an_installation_that_only_reads_says_so_and_offers_nothing(tmp_path: Path) -> None:
    with hiding_city(tmp_path / "home", may_hide=False) as city:
        city.say(PROFANE)
        city.rule()
        city.night()
        with served(Desks(city.city)) as desks:
            said = text_of(desks.get(PAGE))
            assert "only reads" in said
            assert "Hide now" not in said


def test_what_is_on_record_is_shown_page_by_page(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path / "shelves")
    step = Step(Stage.HIDDEN, "", "c", "hiding-rules/profanity#1", "word-lists/en#1", (), "", 0, ())
    for number in range(51):
        item = f"{FB}/comment/{number:03}"
        subject = subject_of(ItemId(FB, Kind.COMMENT, f"{number:03}"))
        paper = msgspec.structs.replace(step, item=item)
        shelves.city.cabinet.file(SERIES, subject, paper, what="comment hidden", actor="hiding rule")
    with served(Desks(shelves.city)) as desks:
        first, second = (text_of(desks.get(f"{PAGE}?page={page}")) for page in (1, 2))
    assert (first.count("V.B.4(c)"), second.count("V.B.4(c)")) == (50, 1)
