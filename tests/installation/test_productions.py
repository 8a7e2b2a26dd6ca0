"""Productions as the City works with them: ordered, chosen, reviewed by two people, numbered once, served."""

from __future__ import annotations

import shutil
import stat
import threading
import zipfile
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from matters import (
    CLERK,
    COUNSEL,
    NOW,
    OTHER_COUNSEL,
    PRIVILEGE,
    RECORDS,
    SECRET,
    TERMS,
    Matter,
    given,
    post,
    redacted,
    withheld,
)
from paloverde.errors import BadQuestion, BadSetting, PersonNeeded, Suspicious
from paloverde.productions.bates import Bates, Reach
from paloverde.productions.choosing import version_of
from paloverde.productions.docket import State
from paloverde.productions.order import (
    Built,
    Chosen,
    ClawedBack,
    Demand,
    Families,
    GivenUp,
    Reviewed,
    Served,
    SignedOff,
)
from paloverde.productions.plan import Form
from paloverde.records import archive_day
from paloverde.requests.events import Received
from paloverde.requests.review import Exempted, Verdict
from requests_found import PRIVACY, decision

BATES = Bates("PDC")
QUICK = (Form.DAT,)


@pytest.fixture
def matter(tmp_path: Path) -> Matter:
    return Matter(tmp_path)


def texts(matter: Matter, number: str) -> set[str]:
    productions = matter.city.productions
    return {choice.hit.native_id for choice in productions.choices(productions.get(number), "test")}


# Ordering


def test_only_counsel_orders_and_changes_and_each_is_a_paper(matter: Matter) -> None:
    productions = matter.city.productions
    with pytest.raises(PersonNeeded, match="needs counsel"):
        productions.order(TERMS, CLERK)
    first, second = matter.ordered(), matter.ordered(matter="Another")
    assert (first, second) == ("PROD-2026-0001", "PROD-2026-0002")
    terms = msgspec.structs.replace(TERMS, confidentiality="CONFIDENTIAL")
    with pytest.raises(PersonNeeded, match="needs counsel"):
        productions.change(first, terms, "the protective order", CLERK)
    with pytest.raises(Suspicious, match="Somebody else has filed"):
        productions.change(first, terms, "the protective order", COUNSEL, after=7)
    productions.change(first, terms, "the protective order", COUNSEL)
    again = matter.open().productions
    assert again.get(first).terms == terms
    assert again.numbers() == [first, second]
    told = [one.event.what for one in matter.city.ledger.entries() if one.event.what.startswith("production")]
    assert told == ["production: ordered"] * 2 + ["production: changed"]


def test_an_order_from_a_hold_that_is_none_is_refused(matter: Matter) -> None:
    with pytest.raises(BadQuestion, match="There is no hold 'rivera'"):
        matter.ordered(hold="rivera")
    assert matter.city.productions.numbers() == []


# Choosing


def test_demands_are_searched_for_and_each_record_tells_which_it_answers(matter: Matter) -> None:
    number = matter.ordered(families=Families.NONE)
    matter.chosen(number)
    productions = matter.city.productions
    told = {one.hit.native_id: one.requests for one in productions.choices(productions.get(number), "test")}
    assert told == {"10": ("1",), "21": ("1",), "12": ("2",)}


def test_a_hold_is_the_source_and_what_answers_no_demand_is_counted_and_left_out(matter: Matter) -> None:
    hold = matter.hold()
    whole = matter.ordered(hold=hold, demands=(), families=Families.NONE)
    matter.chosen(whole)
    assert texts(matter, whole) == {"10", "21"}
    part = matter.ordered(hold=hold, demands=TERMS.demands[1:], families=Families.NONE)
    with pytest.raises(BadQuestion, match="Nothing is found"):
        matter.chosen(part)
    both = matter.ordered(hold=hold, families=Families.NONE, accounts=("x-palmaria",))
    matter.chosen(both)
    assert texts(matter, both) == {"10", "21"}
    chosen = matter.city.productions.get(both).last(Chosen)
    assert chosen is not None
    assert (chosen.scopes, chosen.unanswering) == (1, 0)


def test_a_list_of_items_is_the_source(matter: Matter) -> None:
    number = matter.ordered(items=("22", "x-palmaria/post/20"), demands=(), families=Families.NONE)
    matter.chosen(number)
    assert texts(matter, number) == {"20", "22"}


def test_private_messages_are_chosen_only_where_counsel_ordered_them_and_the_ledger_tells(
    matter: Matter,
) -> None:
    without, with_ = matter.ordered(), matter.ordered(include_private=True)
    assert matter.chosen(without).keys().isdisjoint({"31", "32"})
    assert {"31", "32"} <= matter.chosen(with_).keys()
    matter.city.productions.found(with_, COUNSEL.actor)
    entries = [one.event for one in matter.city.ledger.entries()]
    looks = [event for event in entries if event.what == "found records looked at"]
    assert [(event.actor, event.about["request"]) for event in looks] == [(COUNSEL.actor, with_)]
    assert looks[0].about["scope"] == "with private records"


def test_a_choice_is_frozen_until_somebody_chooses_again(matter: Matter) -> None:
    number = matter.ordered(families=Families.NONE)
    before = matter.chosen(number)
    later = post("40", "The pool is open again", 90)
    matter.office.night("x", [*RECORDS, later], NOW + timedelta(days=1))
    assert texts(matter, number) == before.keys()
    kept = next((matter.home / "chosen" / number).iterdir())
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.unlink()
    assert texts(matter, number) == before.keys()
    assert matter.chosen(number).keys() == before.keys() | {"40"}
    assert len(matter.city.productions.get(number).all(Chosen)) == 2
    assert len(matter.city.productions.review(number).versions) == len(before) + 1


def test_the_same_choice_again_files_nothing(matter: Matter) -> None:
    number = matter.ordered()
    matter.chosen(number)
    papers = matter.city.productions.get(number).papers
    matter.chosen(number)
    assert matter.city.productions.get(number).papers == papers


# The review for privilege


def test_a_privilege_is_claimed_in_discovery_alone_and_an_exemption_in_a_request_alone(
    matter: Matter,
) -> None:
    number = matter.ordered()
    hits = matter.chosen(number)
    with pytest.raises(BadQuestion, match="is claimed in a records request, and this is discovery"):
        matter.decide(number, withheld(hits["12"], PRIVACY))
    city = matter.city
    asked = Received(by=CLERK, at=NOW, number="PRA-2026-0042", channel="letter", text="Pool",
                     received_on=archive_day(NOW))  # fmt: skip
    city.requests.receive(asked)
    answer, _ = city.requests.search("PRA-2026-0042", "pool", CLERK)
    city.reviews.gather("PRA-2026-0042", answer.hits, CLERK)
    by_version = {version_of(hit): hit for hit in answer.hits}
    with pytest.raises(BadQuestion, match="is claimed in discovery, and this is a records request"):
        city.reviews.decide("PRA-2026-0042", [withheld(answer.hits[0])], by_version, COUNSEL)
    city.reviews.decide("PRA-2026-0042", [decision(answer.hits[0])], by_version, CLERK)


def test_only_counsel_decides_and_another_person_signs(matter: Matter) -> None:
    number = matter.ordered()
    hits = matter.chosen(number)
    with pytest.raises(PersonNeeded, match="reviewing needs counsel"):
        matter.decide(number, given(hits["10"], CLERK), by=CLERK)
    with pytest.raises(BadQuestion, match="counsel: the attorney"):
        matter.decide(number, withheld(hits["12"], Exempted("ATTY-CLIENT")))
    matter.decide(number, withheld(hits["12"]))
    with pytest.raises(BadQuestion, match="not decided yet"):
        matter.sign(number)
    matter.decide_rest(number)
    with pytest.raises(PersonNeeded, match="Ana Ruiz has decided in this review"):
        matter.sign(number, COUNSEL)
    matter.sign(number)
    docket = matter.city.productions.get(number)
    told = docket.last(Reviewed)
    assert docket.state is State.REVIEWED
    assert told is not None
    assert (told.produced, told.redacted, told.withheld) == (len(hits) - 1, 0, 1)


def test_produce_the_rest_decides_nothing_that_somebody_decided_and_not_what_is_chosen_no_more(
    matter: Matter,
) -> None:
    number = matter.ordered()
    hits = matter.chosen(number)
    matter.decide(number, withheld(hits["12"]))
    productions = matter.city.productions
    fewer = msgspec.structs.replace(TERMS, demands=TERMS.demands[1:], families=Families.NONE)
    productions.change(number, fewer, "demand 1 was withdrawn", COUNSEL)
    assert matter.chosen(number).keys() == {"12"}
    rest = productions.rest(productions.get(number), productions.review(number), COUNSEL, "City Attorney")
    assert {one.native_id for one in rest} == hits.keys() - {"12"}
    assert {one.verdict for one in rest} == {Verdict.NOT_RESPONSIVE}


def test_what_was_chosen_since_the_signature_has_the_review_signed_again(matter: Matter) -> None:
    number = matter.reviewed()
    later = post("40", "The pool is open again", 90)
    matter.office.night("x", [*RECORDS, later], NOW + timedelta(days=1))
    _, choices = matter.city.productions.choose(number, COUNSEL)
    with pytest.raises(BadQuestion, match="1 chosen record is not under review yet"):
        matter.sign(number)
    matter.city.reviews.gather(number, [choice.hit for choice in choices], COUNSEL)
    with pytest.raises(BadQuestion, match="reviewed and signed, first"):
        matter.city.volumes.build(number, matter.home / "out", COUNSEL)
    matter.decide_rest(number)
    matter.sign(number)
    assert matter.city.productions.get(number).state is State.REVIEWED


# Numbers


def test_two_who_reserve_at_the_same_moment_never_get_the_same_numbers(matter: Matter) -> None:
    numbers = [matter.ordered(matter=f"Matter {at}") for at in range(4)]
    given_: dict[str, int] = {}
    start = threading.Barrier(len(numbers))

    def reserve(number: str) -> None:
        city = matter.open()
        start.wait()
        given_[number] = city.productions.reserve(number, BATES, 10, number, COUNSEL)

    threads = [threading.Thread(target=reserve, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given_.values()) == [1, 11, 21, 31]


def test_the_same_basis_has_the_same_numbers_and_another_burns_them(matter: Matter) -> None:
    number, other = matter.ordered(), matter.ordered(matter="Another")
    productions = matter.city.productions
    assert productions.reserve(number, BATES, 10, "first", COUNSEL) == 1
    assert productions.reserve(number, BATES, 10, "first", COUNSEL) == 1
    assert productions.reserve(other, BATES, 5, "first", COUNSEL) == 11
    assert productions.reserve(number, BATES, 10, "second", COUNSEL) == 16
    assert productions.reserve(number, Bates("X"), 10, "second", COUNSEL) == 1
    assert productions.register(BATES).burnt == [Reach(1, 10), Reach(16, 25)]
    assert matter.open().productions.register(BATES).next_page == 26


def test_who_gives_a_production_up_burns_its_numbers(matter: Matter) -> None:
    number = matter.ordered()
    productions = matter.city.productions
    matter.chosen(number)
    productions.reserve(number, BATES, 10, "first", COUNSEL)
    with pytest.raises(BadQuestion, match="Say why"):
        productions.file(number, GivenUp(by=COUNSEL, at=NOW))
    productions.file(number, GivenUp(by=COUNSEL, at=NOW, note="settled"))
    assert productions.register(BATES).burnt == [Reach(1, 10)]
    assert not (matter.home / "chosen" / number).exists()
    with pytest.raises(BadQuestion, match="given up"):
        matter.decide(number, *[])


# Volumes


def test_a_production_is_built_agreed_to_served_and_clawed_back(matter: Matter) -> None:
    number = matter.reviewed(include_private=True, forms=QUICK)
    out, productions = matter.home / "out", matter.city.productions
    made = matter.city.volumes.build(number, out, COUNSEL)
    told = productions.get(number).last(Built)
    assert told is not None
    assert (told.first, told.documents, told.hashes) == (
        "PDC0000001",
        made.report.tally.documents,
        made.hashes,
    )
    hashes = matter.city.volumes.hashes_of(out)
    with pytest.raises(BadQuestion, match="somebody else"):
        productions.file(number, SignedOff(by=COUNSEL, at=NOW, hashes=hashes))
    productions.file(number, SignedOff(by=CLERK, at=NOW, hashes=hashes))
    served = Served(
        by=COUNSEL, at=NOW, hashes=hashes, to="Moss LLP", way="by mail", served_on=archive_day(NOW)
    )
    productions.file(number, served)
    clawed = ClawedBack(by=COUNSEL, at=NOW, first="PDC0000002", last="PDC0000002", privileges=("WORK-PRODUCT",),
                        reason="a draft of counsel", discovered_on=archive_day(NOW))  # fmt: skip
    with pytest.raises(PersonNeeded, match="needs counsel"):
        productions.file(number, msgspec.structs.replace(clawed, by=CLERK))
    productions.file(number, clawed)
    assert matter.open().productions.get(number).all(ClawedBack) == [clawed]
    with pytest.raises(BadQuestion, match="nothing is decided in it any more"):
        matter.decide_rest(number)


def test_what_is_kept_back_is_in_no_file_and_the_log_names_its_numbers(matter: Matter) -> None:
    number = matter.reviewed(include_private=True, forms=QUICK)
    out = matter.home / "out"
    matter.city.volumes.build(number, out, COUNSEL)
    with zipfile.ZipFile(out / "VOL001.zip") as volume:
        said = b"".join(volume.read(name) for name in volume.namelist())
    assert SECRET.encode() not in said
    assert b"The pool hurt my son" in said
    by_hand = {row.control_no: row for row in matter.city.volumes.log(number, COUNSEL)}
    assert {row.begin for row in by_hand.values()} == {""}
    log = matter.city.volumes.log(number, COUNSEL, out)
    documents = {one.control: one for one in matter.city.volumes.documents(number, COUNSEL, out)}
    assert [(row.action, row.begin) for row in log] == [
        (documents[row.control_no].treatment.value, documents[row.control_no].begin) for row in log
    ]
    assert sorted(row.action for row in log) == ["redacted", "withheld"]
    assert {row.reviewed_by for row in log} == {"Cleo Park"}


def test_facts_of_a_document_come_from_the_archive_and_from_counsel(matter: Matter) -> None:
    custodians = {"x-palmaria": ("Ana Ruiz", "Ned Ode")}
    number = matter.reviewed(include_private=True, forms=QUICK, custodians=custodians, confidentiality="AEO")
    out = matter.home / "out"
    matter.city.volumes.build(number, out, COUNSEL)
    by_id = {one.hit.native_id: one for one in matter.city.volumes.documents(number, COUNSEL, out)}
    message = by_id["31"]
    assert (message.custodians, message.account_id) == (("Ana Ruiz", "Ned Ode"), "4411000000000000042")
    assert message.recipients == ("Dana Cole",)  # nobody writes to herself
    assert (message.requests, message.confidentiality, by_id["11"].requests) == (("1",), "AEO", ())
    seal = next(iter(matter.city.archive.seals()))
    assert (message.run.sequence, message.run.code_version) == (seal.sequence, seal.run.code_version)
    assert len(message.run.seal) == 64
    assert by_id["11"].parent == by_id["10"].begin


def test_nothing_is_built_that_nobody_signed_or_that_was_decided_since(matter: Matter) -> None:
    number = matter.ordered(forms=QUICK)
    out, volumes = matter.home / "out", matter.city.volumes
    with pytest.raises(BadQuestion, match="chosen, and reviewed and signed, first"):
        volumes.build(number, out, COUNSEL)
    hits = matter.chosen(number)
    matter.decide_rest(number)
    matter.sign(number)
    matter.decide(number, withheld(hits["12"]))
    with pytest.raises(BadQuestion, match="was decided or chosen since its review was signed"):
        volumes.build(number, out, COUNSEL)
    assert not out.exists()
    assert matter.city.productions.prefixes() == []


def test_the_log_of_another_choice_has_no_numbers_of_the_volumes_of_before(matter: Matter) -> None:
    number = matter.reviewed(include_private=True, forms=QUICK)
    out, city = matter.home / "out", matter.city
    city.volumes.build(number, out, COUNSEL)
    terms = msgspec.structs.replace(city.productions.get(number).terms, demands=(Demand("2", "settle"),))
    city.productions.change(number, terms, "demand 1 is withdrawn", COUNSEL)
    matter.chosen(number)
    assert city.productions.review(number).undecided == []
    with pytest.raises(BadQuestion, match="build its volumes first"):
        city.volumes.log(number, COUNSEL, out)
    assert {row.begin for row in city.volumes.log(number, COUNSEL)} == {""}


def test_what_changed_while_it_was_built_is_not_filed_as_built(matter: Matter) -> None:
    number, productions = matter.reviewed(forms=QUICK), matter.city.productions

    def changes(line: str) -> None:
        if line.startswith("Writing the report"):
            terms = msgspec.structs.replace(productions.get(number).terms, confidentiality="AEO")
            productions.change(number, terms, "protective order", COUNSEL)
            matter.chosen(number)
            matter.sign(number)

    with pytest.raises(BadQuestion, match="changed while its volumes were written"):
        matter.city.volumes.build(number, matter.home / "out", COUNSEL, changes)
    assert productions.get(number).state is State.REVIEWED
    made = matter.city.volumes.build(number, matter.home / "new", COUNSEL)
    assert made.report.confidentiality == "AEO"


def test_who_goes_on_never_writes_numbers_that_were_burnt_meanwhile(matter: Matter) -> None:
    number, volumes = matter.reviewed(forms=QUICK), matter.city.volumes
    hits = {hit.native_id: hit for hit in matter.city.productions.found(number, "test").values()}

    def fails(line: str) -> None:
        if line.startswith("VOL001 is whole"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        volumes.build(number, matter.home / "begun", COUNSEL, fails)
    matter.decide(number, withheld(hits["11"]))
    matter.sign(number)
    volumes.build(number, matter.home / "other", COUNSEL)
    matter.decide(number, given(hits["11"]))  # as it was when it was begun
    matter.sign(number)
    with pytest.raises(BadSetting, match="were burnt since"):
        volumes.build(number, matter.home / "begun", COUNSEL)
    made = volumes.build(number, matter.home / "empty", COUNSEL)
    assert made.report.first not in {
        BATES.number(one.first) for one in matter.city.productions.register(BATES).burnt
    }


def test_a_copy_of_a_volume_beside_it_changes_no_number(matter: Matter) -> None:
    number, out = matter.reviewed(forms=QUICK), matter.home / "out"
    matter.city.volumes.build(number, out, COUNSEL)
    before = [one.begin for one in matter.city.volumes.documents(number, COUNSEL, out)]
    shutil.copy(out / "VOL001.zip", out / "VOL001 (1).zip")
    assert [one.begin for one in matter.city.volumes.documents(number, COUNSEL, out)] == before


def test_volumes_of_before_a_decision_are_not_agreed_to(matter: Matter) -> None:
    number = matter.reviewed(forms=QUICK)
    out = matter.home / "out"
    matter.city.volumes.build(number, out, COUNSEL)
    hits = {hit.native_id: hit for hit in matter.city.productions.found(number, "test").values()}
    matter.decide(number, withheld(hits["11"]))
    hashes = matter.city.volumes.hashes_of(out)
    with pytest.raises(BadQuestion, match="decided since its volumes were built"):
        matter.city.productions.file(number, SignedOff(by=CLERK, at=NOW, hashes=hashes))


def test_volumes_that_were_changed_on_disk_are_not_agreed_to(matter: Matter) -> None:
    number = matter.reviewed(forms=QUICK)
    out = matter.home / "out"
    matter.city.volumes.build(number, out, COUNSEL)
    with (out / "VOL001.zip").open("ab") as volume:
        volume.write(b"x")
    with pytest.raises(BadQuestion, match="not as it was built"):
        matter.city.volumes.hashes_of(out)


def test_built_again_from_the_same_basis_it_has_the_same_numbers_and_bytes(matter: Matter) -> None:
    number = matter.reviewed(forms=QUICK)
    first = matter.city.volumes.build(number, matter.home / "one", COUNSEL)
    second = matter.city.volumes.build(number, matter.home / "two", COUNSEL)
    assert (first.report.first, first.hashes) == (second.report.first, second.hashes)
    assert matter.city.productions.register(BATES).burnt == []


def test_words_kept_back_in_one_record_and_said_in_another_are_not_signed(matter: Matter) -> None:
    number = matter.ordered(include_private=True)
    hits = matter.chosen(number)
    matter.decide(number, redacted(hits["32"], SECRET))
    matter.decide_rest(number)
    with pytest.raises(BadQuestion, match="still stand in"):
        matter.sign(number)
    matter.decide(number, redacted(hits["12"], SECRET, PRIVILEGE))
    matter.sign(number)


def test_another_counsel_may_sign(matter: Matter) -> None:
    number = matter.ordered()
    matter.chosen(number)
    matter.decide_rest(number)
    matter.sign(number, OTHER_COUNSEL)
    assert matter.city.productions.get(number).state is State.REVIEWED
