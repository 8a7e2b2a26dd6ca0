"""A review is what its papers say: the last decision stands, and a signature counts while nothing follows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.requests.earlier import offered, register, waived
from paloverde.requests.releasing import Pair, released_all, still_said
from paloverde.requests.review import Decision, Exempted, Verdict
from paloverde.requests.review_checks import check_decision, check_signature
from paloverde.requests.reviewing import Decided, Numbered, Review, Signed, Version, as_of
from paloverde.retention.holds import By
from paloverde.search.hits import Hit
from requests_found import NOON, PRIVACY, decision, hit, in_part, marked

CLEO, ANA, IKE = (
    By("Cleo Park", "clerk", "test"), By("Ana Ruiz", "counsel", "test"), By("Ike Sol", "it", "test")
)  # fmt: skip
HITS = [hit(f"Record number {number} of 760-555-0142", native_id=str(number)) for number in range(1, 5)]
REQUEST = "PRA-2026-0042"


def version(of: Hit) -> Version:
    return of.account, of.kind, of.native_id, of.version_sha256


def review(
    *batches: Sequence[Decision],
    by: By = CLEO,
    signed: Sequence[Signed] = (),
    hits: Sequence[Hit] = HITS,
    request: str = REQUEST,
) -> Review:
    sets = [Numbered(tuple(version(one) for one in hits), by, NOON)]
    return Review(request, sets, [Decided(tuple(batch), by, NOON) for batch in batches], signed)


def all_responsive(hits: Sequence[Hit] = HITS) -> list[Decision]:
    return [decision(one) for one in hits]


def test_control_numbers_follow_the_order_in_which_versions_came() -> None:
    first = Numbered((version(HITS[2]),), CLEO, NOON)
    more = Numbered((version(HITS[0]), version(HITS[1])), CLEO, NOON)
    found = Review(REQUEST, [first, more], [], [])
    assert [found.control(version(HITS[number])) for number in (2, 0, 1)] == [
        "PRA-2026-0042-000001", "PRA-2026-0042-000002", "PRA-2026-0042-000003"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("named", "numbers"),
    [("2", [2]), ("2-4", [2, 3, 4]), ("1,3", [1, 3]), ("PRA-2026-0042-000002", [2]), ("2, 2-3", [2, 3]),
     ("PRA-2026-0042-000001..PRA-2026-0042-000002", [1, 2])],
)  # fmt: skip
def test_records_are_named_by_number_range_or_whole(named: str, numbers: list[int]) -> None:
    assert review().chosen(named) == [version(HITS[number - 1]) for number in numbers]


def test_all_and_undecided_name_records_too() -> None:
    found = review([decision(HITS[1])])
    assert found.chosen("all") == [version(one) for one in HITS]
    assert found.chosen("undecided") == [version(HITS[number]) for number in (0, 2, 3)]


def test_a_title_is_that_which_its_owner_gave_last() -> None:
    later = decision(HITS[1], title="City Clerk", decided_at=NOON + timedelta(hours=1))
    other = decision(HITS[2], decided_by="Ana Ruiz", title="City Attorney")
    found = review([decision(HITS[0]), later, other, decision(HITS[3], title="")])
    assert found.title_of("Cleo Park") == "City Clerk"
    assert found.title_of("Ana Ruiz") == "City Attorney"
    assert found.title_of("Ike Sol") == ""


@pytest.mark.parametrize("named", ["0", "5", "x", "", "PRA-2026-0043-000001", "1-9", "-1"])
def test_a_number_that_is_not_under_review_is_refused(named: str) -> None:
    with pytest.raises(BadQuestion, match="PRA-2026-0042"):
        review().chosen(named)


def test_the_last_decision_stands_and_the_history_is_kept() -> None:
    late = decision(HITS[0], Verdict.NOT_RESPONSIVE)
    found = review(all_responsive(), [late])
    assert found.decision(version(HITS[0])) == late
    assert [one.verdict for one in found.history(version(HITS[0]))] == [
        Verdict.RESPONSIVE, Verdict.NOT_RESPONSIVE
    ]  # fmt: skip
    assert found.counts[Verdict.RESPONSIVE] == 3


def test_what_is_undecided_is_named() -> None:
    found = review([decision(HITS[1])])
    assert found.undecided == [version(HITS[0]), version(HITS[2]), version(HITS[3])]
    with pytest.raises(BadQuestion, match="3 records are not decided yet: PRA-2026-0042-000001"):
        check_signature(found, ANA)


def test_versions_of_one_item_that_are_decided_differently_are_pointed_out() -> None:
    two = [hit("first words", native_id="9"), hit("edited words", native_id="9"), hit("x", native_id="8")]
    found = review([decision(two[0]), decision(two[1], Verdict.NOT_RESPONSIVE), decision(two[2])], hits=two)
    assert found.split_items() == [[version(two[0]), version(two[1])]]
    assert review(all_responsive(two), hits=two).split_items() == []


def test_another_person_signs() -> None:
    found = review(all_responsive())
    check_signature(found, ANA)
    with pytest.raises(PersonNeeded, match="Cleo Park has decided in this review"):
        check_signature(found, CLEO)
    with pytest.raises(PersonNeeded, match="needs clerk or counsel"):
        check_signature(found, IKE)


def test_whoever_decided_once_does_not_sign_though_another_decided_after() -> None:
    sets = [Numbered((version(HITS[0]),), CLEO, NOON)]
    batches = [Decided((decision(HITS[0]),), by, NOON) for by in (CLEO, ANA)]
    with pytest.raises(PersonNeeded, match="somebody else"):
        check_signature(Review(REQUEST, sets, batches, []), CLEO)


def test_a_signature_counts_until_anything_is_decided_or_found() -> None:
    done = review(all_responsive())
    signed = [Signed(done.decisions_sha256, ANA, NOON)]
    assert review(all_responsive(), signed=signed).signature == signed[0]
    after = review(all_responsive(), [decision(HITS[0], Verdict.NOT_RESPONSIVE)], signed=signed)
    assert (after.signature, after.was_signed) == (None, True)
    more = review(all_responsive(), signed=signed, hits=[*HITS, hit("new", native_id="77")])
    assert more.signature is None


def test_what_counsel_alone_may_claim_counsel_decides_or_signs() -> None:
    claim = Exempted("EX-CATCH", {"balancing": "the safety of the caller clearly outweighs"})
    withheld = [decision(HITS[0], Verdict.EXEMPT, exempted=(claim,)), *all_responsive(HITS[1:])]
    dana = By("Dana Wells", "clerk", "test")
    with pytest.raises(PersonNeeded, match=r"000001 claims what counsel must decide or sign, too .*EX-CATCH"):
        check_signature(review(withheld), dana)
    check_signature(review(withheld), ANA)
    check_signature(review(withheld, by=ANA), dana)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (decision(HITS[0], decided_by="Somebody Else"), "Cleo Park files it"),
        (decision(HITS[0], exempted=(PRIVACY,)), "nothing is kept back"),
        (decision(HITS[0], Verdict.EXEMPT), "under no exemption"),
        (decision(HITS[0], Verdict.EXEMPT, exempted=(Exempted("EX-PRIV"),)), "privacy: whose privacy"),
        (decision(HITS[0], Verdict.EXEMPT, exempted=(PRIVACY,), title=" "), "7922.540"),
        (decision(HITS[0], Verdict.EXEMPT, exempted=(Exempted("COPYRIGHT"),)), "no exemption"),
        (
            decision(HITS[0], Verdict.EXEMPT, exempted=(Exempted("EX-HOME", {"official": "the mayor"}),)),
            "bars posting on the web",
        ),
        (decision(HITS[0], spans=(marked(HITS[0], "760"),)), "parts of it are marked"),
        (in_part(HITS[0]), "no part of it is redacted"),
    ],
)
def test_a_decision_that_lacks_something_is_refused_with_the_reason(made: Decision, said: str) -> None:
    with pytest.raises(BadQuestion, match=said):
        check_decision(made, HITS[0], CLEO, "PRA-1")


def test_only_clerk_and_counsel_decide() -> None:
    with pytest.raises(PersonNeeded, match="reviewing needs clerk or counsel"):
        check_decision(decision(HITS[0], decided_by="Ike Sol"), HITS[0], IKE, "PRA-1")


def test_an_officials_home_bars_the_web_and_no_copy() -> None:
    claim = Exempted("EX-HOME", {"official": "the mayor, no permission"})
    check_decision(decision(HITS[0], exempted=(claim,)), HITS[0], CLEO, "PRA-1")


def test_whoever_keeps_something_back_is_named_with_title() -> None:
    part = in_part(HITS[0], marked(HITS[0], "760-555-0142"))
    assert review([part, *all_responsive(HITS[1:])]).responsible == [("Cleo Park", "Deputy Clerk")]
    assert review(all_responsive()).responsible == []


def signed_review(decisions: Sequence[Decision], request: str) -> Review:
    sha256 = review(decisions, request=request).decisions_sha256
    return review(decisions, request=request, signed=[Signed(sha256, ANA, NOON)])


def test_the_next_requester_is_offered_what_the_last_was_given() -> None:
    part = in_part(HITS[0], marked(HITS[0], "760-555-0142"))
    earlier = register([signed_review([part, *all_responsive(HITS[1:])], "PRA-2026-0007")])
    found = dict(offered(review(), earlier))
    assert found["PRA-2026-0042-000001"].decision == part
    assert len(found) == 4


def test_the_review_as_it_was_released_is_found_again_by_its_hash() -> None:
    sets = [Numbered((version(HITS[0]),), CLEO, NOON), Numbered((version(HITS[1]),), CLEO, NOON)]
    first = decision(HITS[0])
    other = msgspec.structs.replace(first, verdict=Verdict.NOT_RESPONSIVE)
    batches = [Decided((made,), CLEO, NOON) for made in (first, other, decision(HITS[1]))]
    then = Review(REQUEST, sets[:1], batches[:1], []).decisions_sha256
    for at in (NOON, NOON - timedelta(days=1)):  # the second: a clock was put back
        found = as_of(then, at, REQUEST, sets, batches)
        assert found is not None
        assert found.versions == [version(HITS[0])]
        assert found.decision(version(HITS[0])) == first
    assert as_of("0" * 64, NOON, REQUEST, sets, batches) is None


def test_two_releases_of_one_request_are_in_the_register_once() -> None:
    found = register([review(all_responsive()), review(all_responsive())])
    assert [len(earlier) for earlier in found.values()] == [1, 1, 1, 1]


@pytest.mark.parametrize("name", ["cleo park", " Cleo  Park ", "Ｃleo Park", "CLEO\u00a0PARK"])
def test_whoever_decided_does_not_sign_in_other_letters_either(name: str) -> None:
    again = By(name, "counsel", "this test")
    with pytest.raises(PersonNeeded, match="has decided in this review"):
        check_signature(review(all_responsive()), again)


def test_whoever_decided_does_not_sign_under_a_new_name() -> None:
    maria = By("Maria Lopez", "clerk", "desk (mlopez)", "mlopez")
    renamed = By("Maria Santos", "counsel", "command line (root)", "mlopez")
    decided = review(all_responsive(), by=maria)
    with pytest.raises(PersonNeeded, match="Maria Santos has decided in this review"):
        check_signature(decided, renamed)
    check_signature(decided, ANA)


def test_privacy_is_claimed_by_clerk_and_counsel_together() -> None:
    part = in_part(HITS[0], marked(HITS[0], "760-555-0142"))
    found = review([part, *all_responsive(HITS[1:])])
    with pytest.raises(PersonNeeded, match=r"counsel must decide or sign, too \(EX-PRIV\)"):
        check_signature(found, By("Bea Lund", "clerk", "this test"))
    check_signature(found, ANA)


def test_what_is_withheld_whole_needs_why_nothing_of_it_could_be_released() -> None:
    with pytest.raises(BadQuestion, match="needs segregability"):
        check_decision(decision(HITS[0], Verdict.EXEMPT, exempted=(PRIVACY,)), HITS[0], CLEO, "PRA-1")
    whole = Exempted("EX-PRIV", {**PRIVACY.facts, "segregability": "every line names the neighbour"})
    check_decision(decision(HITS[0], Verdict.EXEMPT, exempted=(whole,)), HITS[0], CLEO, "PRA-1")


def test_what_was_given_whole_before_and_is_kept_back_now_is_pointed_out() -> None:
    earlier = register([signed_review(all_responsive(), "PRA-2026-0007")])
    part = in_part(HITS[0], marked(HITS[0], "760-555-0142"))
    hits = {version(one): one for one in HITS}
    (found,) = waived(review([part, *all_responsive(HITS[1:])]), earlier, hits)
    assert found.control == "PRA-2026-0042-000001"
    assert "PRA-2026-0007 was given it" in found.sentence
    same = register([signed_review([part, *all_responsive(HITS[1:])], "PRA-2026-0007")])
    assert list(waived(review([part, *all_responsive(HITS[1:])]), same, hits)) == []


def test_words_that_are_redacted_in_one_record_are_found_in_every_other() -> None:
    part = in_part(HITS[0], marked(HITS[0], "760-555-0142"))
    chosen = [part, decision(HITS[1], Verdict.NOT_RESPONSIVE), *all_responsive(HITS[2:])]
    pairs = review(chosen).pairs({version(one): one for one in HITS})
    left = list(still_said(released_all(pairs)))
    assert [(one.control[-1], one.where, one.redacted_in[-1]) for one in left] == [
        ("3", "text", "1"), ("4", "text", "1")
    ]  # fmt: skip


def test_a_record_that_is_gone_is_named() -> None:
    with pytest.raises(BadQuestion, match=r"000001.*cannot be found in the archive"):
        review(all_responsive()).pairs({})


def test_pairs_are_in_the_order_of_control_numbers() -> None:
    pairs: list[Pair] = review(all_responsive()[::-1]).pairs({version(one): one for one in HITS})
    assert [pair.control[-1] for pair in pairs] == ["1", "2", "3", "4"]


def test_who_withholds_something_has_a_name_and_not_a_username() -> None:
    whole = Exempted(PRIVACY.code, {**PRIVACY.facts, "segregability": "all of it is about the neighbour"})
    made = decision(HITS[0], Verdict.EXEMPT, exempted=(whole,), decided_by="cleo")
    with pytest.raises(BadQuestion, match="'cleo' is none: `paloverde users add cleo --name NAME"):
        check_decision(made, HITS[0], By("cleo", "clerk", "this test"), "PRA-1")
    check_decision(decision(HITS[0], decided_by="cleo"), HITS[0], By("cleo", "clerk", "this test"), "PRA-1")
