"""Each lint finds what it is for, and says nothing where that is mended."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from correspondence import (
    BUNDLE,
    CASE,
    CATCH,
    CLERK,
    HOLDINGS,
    NOW,
    OFFICE,
    extension,
    in_part,
    letter,
    production,
)
from paloverde.requests.costs import Line, Sheet, Work
from paloverde.requests.events import Outcome, Responsible, Way
from paloverde.requests.gates import Exposed
from paloverde.requests.letters import (
    Claimed,
    Clarification,
    ClawBack,
    Counts,
    Delivery,
    Determination,
    Estimate,
    Letter,
)
from paloverde.requests.lint_words import Known, wordings
from paloverde.requests.lints import LINTS, findings
from paloverde.requests.review_state import ReviewState
from paloverde.requests.wording import Written
from paloverde.requests.writing import written

MATTERS = frozenset({"LIT-2026-01", "Ito v. City"})
KNOWN = Known(bundle=BUNDLE, open_matters=MATTERS, is_signed_off=True)
NOTHING = Known(open_matters=MATTERS)
LINE = Line(Work.PROGRAMMING, "Write a report of comments by ward", "GIS analyst", Decimal("2.5"), 6_000)
CHARGED = Sheet("C2", "The comments have to be joined with the map of wards", (LINE,))
LIT = {"matter": "Ito v. City", "prepared_for": "the answer to the claim"}
DRAFT = {"preliminary": "a draft", "not_retained": "never kept", "balancing": "candor outweighs it"}
FULL = Determination(
    outcome=Outcome.FULL, reasons="Nothing is exempt", available_at=datetime(2026, 12, 1, 22, 0, tzinfo=UTC)
)
NONE = Determination(outcome=Outcome.NONE, reasons="No record matches", searches=("Nothing was found.",))
CLAWED = ClawBack(
    bundle=BUNDLE,
    released_at=NOW,
    privilege="attorney-client privilege",
    items=("PRA-2026-0042-000007, second paragraph",),
    replacement="The same file without these parts.",
)

MORE = msgspec.structs.replace
PROMISE = MORE(FULL, outcome=Outcome.DISCLOSABLE)


def claiming(code: str, facts: dict[str, str], **more: Any) -> Letter:
    return letter(in_part(claims=(Claimed(code=code, facts=facts, redacted=2, withheld=1, **more),)))


def codes(one: Letter, known: Known = NOTHING, words: Written | None = None) -> set[str]:
    return {found.code for found in findings(one, words or written(one), known)}


def without(one: Letter, text: str) -> Written:
    """The letter's words as somebody would have them who took a sentence out of letters.toml."""
    words = written(one)
    blocks = tuple(block for block in words.paper.blocks if text not in repr(block))
    return msgspec.structs.replace(words, paper=msgspec.structs.replace(words.paper, blocks=blocks))


GREEN = [
    (letter(extension()), NOTHING),
    (letter(in_part()), NOTHING),
    (letter(production()), KNOWN),
    (letter(FULL), NOTHING),
    (letter(NONE), NOTHING),
    (letter(PROMISE), Known(review=ReviewState())),
    (letter(CLAWED), KNOWN),
    (letter(Estimate(Sheet())), NOTHING),
    (letter(Estimate(CHARGED)), NOTHING),
    (letter(Clarification(("Which pool do you mean?",), HOLDINGS)), NOTHING),
]


@pytest.mark.parametrize(("one", "known"), GREEN)
def test_a_letter_that_lacks_nothing_is_stopped_by_nothing(one: Letter, known: Known) -> None:
    assert [str(found) for found in findings(one, written(one), known)] == []


UNNAMED = Responsible("cleo", "Deputy Clerk")  # as somebody signs in, and nobody is called
TITLELESS = (Responsible("Cleo Park", ""),)
EXTENDED = msgspec.structs.replace(CASE, extended_until=date(2026, 12, 1))
ON_THE_WEB = in_part(delivery=Delivery(Way.POSTED, "palmaria.example/records"))
BY_LINK = production(delivery=Delivery(Way.LINK, "files.palmaria.example/x"))
HOMES = msgspec.structs.replace(KNOWN, exposed=(Exposed("EX-HOME", 2),))
PERMITTED = msgspec.structs.replace(
    KNOWN, exposed=(Exposed("EX-HOME", 2, "Council Member Vega, June 1, 2026"),)
)
OTHER = msgspec.structs.replace(BUNDLE, sha256="cd" * 32)
SETTLED = ReviewState(is_settled=True)
WHOLE = MORE(SETTLED, versions=2, responsive=2)
KEPT_BACK = MORE(SETTLED, kept_back=1, codes=(CATCH.code,), deniers=(in_part().deniers[0].name,))
# Of each lint: letters that it stops, and the same mended.
CASES: dict[str, list[tuple[Letter, Known, Letter, Known]]] = {
    "nothing-withheld": [
        (letter(in_part(claims=())), Known(review=WHOLE), letter(in_part()), Known(review=WHOLE)),
        (letter(in_part(claims=())), Known(review=WHOLE), letter(FULL), Known(review=WHOLE)),
    ],
    "redaction-without-statute": [
        (letter(in_part(claims=())), NOTHING, letter(in_part()), NOTHING),
        (letter(production(claims=())), KNOWN, letter(production()), KNOWN),
        (claiming("EX-NOSUCH", {}), NOTHING, claiming("EX-CATCH", dict(CATCH.facts)), NOTHING),
    ],
    "extension-too-late": [
        (letter(extension(until=date(2026, 12, 11))), NOTHING, letter(extension(until=date(2026, 12, 10))), NOTHING)
    ],
    "extension-is-none": [
        (letter(extension(until=date(2026, 11, 25))), NOTHING, letter(extension(until=date(2026, 11, 30))), NOTHING)
    ],
    "extension-without-ground": [
        (letter(extension(grounds={})), NOTHING, letter(extension()), NOTHING),
        (letter(extension(grounds={"UC9": "Much to do"})), NOTHING, letter(extension()), NOTHING),
    ],
    "extension-without-facts": [(letter(extension(grounds={"UC2": " "})), NOTHING, letter(extension()), NOTHING)],
    "extension-sent-late": [
        (
            letter(extension(), at=datetime(2026, 11, 27, 18, 0, tzinfo=UTC)), NOTHING,
            letter(extension(), at=datetime(2026, 11, 27, 7, 59, tzinfo=UTC)), NOTHING,
        )
    ],
    "extension-twice": [(letter(extension(), case=EXTENDED), NOTHING, letter(extension()), NOTHING)],
    "no-date-and-time": [(letter(in_part(available_at=None)), NOTHING, letter(in_part()), NOTHING)],
    "date-has-passed": [(letter(in_part(available_at=NOW)), NOTHING, letter(in_part()), NOTHING)],
    "no-reasons": [(letter(in_part(reasons=" ")), NOTHING, letter(in_part()), NOTHING)],
    "denial-without-names": [
        (letter(in_part(deniers=())), NOTHING, letter(in_part()), NOTHING),
        (letter(in_part(deniers=TITLELESS)), NOTHING, letter(in_part(deniers=(CLERK,))), NOTHING),
        (letter(in_part(deniers=(UNNAMED,))), NOTHING, letter(in_part(deniers=(CLERK,))), NOTHING),
        (letter(in_part(), signer=UNNAMED), NOTHING, letter(in_part()), NOTHING),
        (letter(production(deniers=())), KNOWN, letter(production()), KNOWN),
    ],
    "notice-without-officer": [
        (letter(extension(), signer=Responsible("Cleo Park", "")), NOTHING, letter(extension()), NOTHING)
    ],
    "no-balancing": [
        (claiming("EX-CATCH", {}), NOTHING, claiming("EX-CATCH", dict(CATCH.facts)), NOTHING)
    ],
    "no-second-statute": [
        (claiming("EX-LAW", {}), NOTHING, claiming("EX-LAW", {"second_statute": "Welf. & Inst. Code 827"}), NOTHING)
    ],
    "no-open-matter": [
        (claiming("EX-LIT", {"prepared_for": "the claim"}), NOTHING, claiming("EX-LIT", LIT), NOTHING),
        (claiming("EX-LIT", LIT), Known(), claiming("EX-LIT", LIT), NOTHING),
        (claiming("EX-LITMEMO", {"matter": "Vega v. City"}), NOTHING, claiming("EX-LITMEMO", LIT), NOTHING),
    ],
    "draft-is-retained": [
        (claiming("EX-DRAFT", DRAFT, retained=3), NOTHING, claiming("EX-DRAFT", DRAFT), NOTHING)
    ],
    "cost-without-ground": [
        (letter(Estimate(Sheet("", "", (LINE,)))), NOTHING, letter(Estimate(CHARGED)), NOTHING),
        (letter(Estimate(Sheet("C2", "joined", (), 5_000))), NOTHING, letter(Estimate(Sheet())), NOTHING),
    ],
    "web-barred": [
        (letter(ON_THE_WEB), HOMES, letter(in_part()), HOMES),
        (letter(BY_LINK), HOMES, letter(BY_LINK), PERMITTED),
    ],
    "no-link-address": [
        (letter(BY_LINK), MORE(KNOWN, has_links=False), letter(BY_LINK), KNOWN),
        (letter(BY_LINK), MORE(KNOWN, has_links=False), letter(production()), MORE(KNOWN, has_links=False)),
    ],
    "wrong-number": [
        (letter(production(counts=Counts(11, 2, 1))), KNOWN, letter(production()), KNOWN),
        (letter(in_part(counts=Counts(12, 3, 1))), KNOWN, letter(in_part()), KNOWN),
    ],
    "wrong-bundle": [
        (letter(production(bundle=OTHER)), KNOWN, letter(production()), KNOWN),
        (letter(production()), NOTHING, letter(production()), KNOWN),
    ],
    "not-signed-off": [
        (letter(production()), msgspec.structs.replace(KNOWN, is_signed_off=False), letter(production()), KNOWN)
    ],
    "none-but-found": [
        (letter(NONE), Known(responsive=1), letter(NONE), NOTHING),
        (letter(NONE), Known(unreviewed=1), letter(FULL), Known(unreviewed=1)),
    ],
    "not-reviewed": [
        (letter(FULL), Known(review=MORE(SETTLED, ungathered=1)), letter(FULL), Known(review=SETTLED)),
        (letter(in_part()), MORE(NOTHING, review=MORE(SETTLED, undecided=1)), letter(in_part()), NOTHING),
        (letter(FULL), Known(review=ReviewState()), letter(NONE), Known(review=ReviewState())),
        (letter(FULL), Known(review=SETTLED, is_searched=False), letter(NONE), Known(review=SETTLED)),
    ],
    "not-as-reviewed": [
        (letter(FULL), Known(review=KEPT_BACK), letter(in_part()), Known(review=KEPT_BACK)),
        (
            letter(in_part()), Known(review=MORE(KEPT_BACK, codes=("EX-PRIV",))),
            letter(in_part()), Known(review=KEPT_BACK),
        ),
    ],
    "unfilled": [
        (letter(in_part(), office=msgspec.structs.replace(OFFICE, contact="")), NOTHING, letter(in_part()), NOTHING),
        (letter(in_part(reasons="[NAME] asked for it")), NOTHING, letter(in_part()), NOTHING),
        (letter(FULL, at=datetime(2022, 6, 1, tzinfo=UTC)), NOTHING, letter(FULL), NOTHING),
    ],
    "names-redacted": [
        (
            letter(in_part(reasons="The name of MARIA López is exempt")), Known(redacted=("Maria Lopez",)),
            letter(in_part(reasons="A complainant's name is exempt")), Known(redacted=("Maria Lopez",)),
        ),
        (
            letter(in_part(reasons="Her number (760) 555-0142 is exempt")), Known(redacted=("7605550142",)),
            letter(in_part(reasons="A number is exempt")), Known(redacted=("7605550142",)),
        ),
    ],
    "asks-for-purpose": [
        (
            letter(Clarification(("Why do you want these records?",), HOLDINGS)), NOTHING,
            letter(Clarification(("Which pool do you mean?",), HOLDINGS)), NOTHING,
        ),
        (
            letter(Clarification(("What is the purpose of your request?",), HOLDINGS)), NOTHING,
            letter(Clarification(("What is the name of the account?",), HOLDINGS)), NOTHING,
        ),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "red", "known_red", "green", "known_green"),
    [(code, *case) for code, cases in CASES.items() for case in cases],
)
def test_the_lint_stops_the_letter_until_it_is_mended(
    code: str, red: Letter, known_red: Known, green: Letter, known_green: Known
) -> None:
    assert code in codes(red, known_red)
    assert code not in codes(green, known_green)


def test_a_statute_that_does_not_stand_in_the_words_is_missed() -> None:
    one = letter(in_part())
    assert "redaction-without-statute" in codes(one, words=without(one, "Gov. Code 7922.000: On"))
    assert "redaction-without-statute" not in codes(one)


def test_the_sentence_on_segregability_is_missed_where_the_wording_lost_it() -> None:
    one = letter(in_part())
    words = written(one)
    lost = tuple(law for law in words.law if law.id != "segregation")
    assert "no-segregability" in codes(one, words=msgspec.structs.replace(words, law=lost))
    assert "no-segregability" not in codes(one)


@pytest.mark.parametrize("law", ["denial", "segregation"])
def test_a_promise_that_lost_its_warning_is_not_sent(law: str) -> None:
    one = letter(PROMISE)
    words = written(one)
    lost = tuple(known for known in words.law if known.id != law)
    assert "promise-without-warning" in codes(one, words=msgspec.structs.replace(words, law=lost))
    assert "promise-without-warning" not in codes(one)


def test_a_promise_is_not_held_against_a_review_that_goes_on() -> None:
    one = letter(PROMISE)
    assert codes(one, Known(review=MORE(KEPT_BACK, undecided=3, is_settled=False))) == set()
    assert codes(one, Known(review=SETTLED, is_searched=False)) == {"not-reviewed"}
    assert codes(letter(MORE(PROMISE, available_at=None))) == {"no-date-and-time", "unfilled"}


def test_the_names_are_missed_where_the_wording_lost_them() -> None:
    one = letter(in_part())
    assert "denial-without-names" in codes(one, words=without(one, "Ana Ruiz"))


def test_the_weighing_is_missed_where_the_wording_lost_it() -> None:
    one = letter(in_part())
    assert "no-balancing" in codes(one, words=without(one, "promised confidence"))


def test_what_the_requester_said_first_may_be_said_again() -> None:
    one = letter(in_part(reasons="We searched for Rosa Quintero, as you asked"))
    assert "names-redacted" not in codes(one, Known(redacted=("Rosa Quintero",)))


@pytest.mark.parametrize(("responsive", "kind"), [(2, "full"), (0, "none")])
def test_a_denial_of_nothing_names_the_right_letter(responsive: int, kind: str) -> None:
    one = letter(in_part(claims=()))
    first = findings(one, written(one), Known(review=MORE(WHOLE, responsive=responsive)))[0]
    assert first.code == "nothing-withheld"
    assert f"letter draft PRA-2026-0042 {kind}`" in first.mend


def test_a_lint_never_repeats_the_redacted_words() -> None:
    one = letter(in_part(reasons="The name of Maria Lopez is exempt"))
    told = [str(found) for found in findings(one, written(one), Known(redacted=("Maria Lopez",)))]
    assert told
    assert "Lopez" not in " ".join(told)


def test_every_lint_has_its_words_and_a_red_and_a_green_case() -> None:
    assert list(LINTS) == list(wordings())
    own = {"no-segregability", "promise-without-warning"}  # tests of their own, above
    assert LINTS.keys() - CASES.keys() == own


@pytest.mark.parametrize("code", LINTS)
def test_a_finding_is_a_sentence_with_what_it_rests_on_and_what_to_do(code: str) -> None:
    words = wordings()[code]
    assert words.says.endswith(".") or words.says == "{what}"
    assert words.mend.endswith(".") or words.mend in ("{how}", "Write down: {asks}")
    assert words.cite or code == "unfilled"  # no law asks for that


def test_a_finding_reads_as_one() -> None:
    found = findings(letter(extension(until=date(2026, 12, 11))), written(letter(extension())), NOTHING)
    assert [str(one) for one in found] == [
        (
            "extension-too-late: The letter extends the time to Friday, December 11, 2026, and the latest date that "
            "may be named is Thursday, December 10, 2026. (Gov. Code 7922.535(b).) Name an earlier date, or "
            "determine now."
        )
    ]


def test_the_guide_tells_every_lint() -> None:
    page = (Path(__file__).parents[2] / "docs" / "guide" / "letters.md").read_text(encoding="utf-8")
    table = page.split("| lint | stops |\n|---|---|\n")[1].split("\n\n")[0]
    assert [line.split("`")[1] for line in table.splitlines()] == list(LINTS)
