"""What somebody says in words becomes a decision about exact characters, files and rectangles."""

from __future__ import annotations

import msgspec
import pytest

from paloverde.errors import BadQuestion
from paloverde.requests.deciding import Box, Wish, also, claims, coded, decided
from paloverde.requests.review import Exempted, Region, Span, Verdict
from paloverde.retention.holds import By
from paloverde.search.hits import Hit, Kept
from requests_found import NOON, PRIVACY, decision, hit, in_part, marked, sha

CLEO = By("Cleo Park", "clerk", "test")


def record() -> Hit:
    picture = Kept(url="u", alt_text="Ana at the pool", sha256=sha("p"), size=1)
    return hit("Ana and ANA met", poster_name="Ana", permalink="https://x/ana", media=[Kept(), picture])


def wish(**more: object) -> Wish:
    plain = Wish(verdict=Verdict.EXEMPT_IN_PART, exempted=(PRIVACY,), title="Clerk")
    return msgspec.structs.replace(plain, **more)


def test_words_are_redacted_wherever_the_record_says_them() -> None:
    made = decided(record(), wish(words=(("EX-PRIV", "ana"),)), CLEO, NOON)
    assert made.spans == (
        Span("media.1.alt_text", 0, 3, "EX-PRIV"),
        Span("poster_name", 0, 3, "EX-PRIV"),
        Span("text", 0, 3, "EX-PRIV"),
        Span("text", 8, 11, "EX-PRIV"),
    )
    assert (made.decided_by, made.decided_at, made.title) == ("Cleo Park", NOON, "Clerk")


def test_files_and_rectangles_are_named_by_number() -> None:
    made = decided(record(), wish(files=(2,), boxes=(("EX-PRIV", Box(2, 1, 2, 3, 4)),)), CLEO, NOON)
    assert made.withheld_media == (sha("p"),)
    assert made.regions == (Region(sha("p"), 1, 2, 3, 4, "EX-PRIV"),)


@pytest.mark.parametrize("number", [0, 1, 3, -1])
def test_a_file_that_is_not_kept_is_refused(number: int) -> None:
    with pytest.raises(BadQuestion, match=f"no kept file number {number}"):
        decided(record(), wish(files=(number,)), CLEO, NOON)


def test_words_that_the_record_does_not_say_are_refused() -> None:
    with pytest.raises(BadQuestion, match="does not say 'Anaheim'"):
        decided(record(), wish(words=(("EX-PRIV", "Anaheim"),)), CLEO, NOON)


def test_more_is_redacted_beside_what_stood() -> None:
    one = record()
    before = in_part(one, marked(one, "met"), note="first")
    ssn = decided(one, wish(exempted=(Exempted("EX-SSN"),), words=(("EX-SSN", "and"),)), CLEO, NOON)
    both = also(before, ssn)
    assert both.spans == (marked(one, "and", code="EX-SSN"), marked(one, "met"))
    assert both.exempted == (PRIVACY, Exempted("EX-SSN"))
    assert (both.verdict, both.note) == (Verdict.EXEMPT_IN_PART, "first")


def test_a_record_that_is_withheld_whole_stays_so_and_one_given_whole_does_not() -> None:
    one = record()
    more = decided(one, wish(words=(("EX-PRIV", "met"),)), CLEO, NOON)
    assert also(decision(one, Verdict.EXEMPT, exempted=(PRIVACY,)), more).verdict is Verdict.EXEMPT
    assert also(decision(one), more).verdict is Verdict.EXEMPT_IN_PART


def test_facts_that_were_written_down_are_kept_where_none_are_given_again() -> None:
    one = record()
    bare = wish(exempted=(Exempted("EX-PRIV"),), words=(("EX-PRIV", "met"),))
    assert also(in_part(one, marked(one, "and")), decided(one, bare, CLEO, NOON)).exempted == (PRIVACY,)


def test_each_fact_goes_to_the_exemptions_that_ask_for_it() -> None:
    facts = [
        ("matter", "Ito v. City"),
        ("EX-LITMEMO.attorney", "the City Attorney"),
        ("privacy", "the neighbour"),
    ]
    assert claims(["EX-LITMEMO", "EX-PRIV"], facts) == (
        Exempted("EX-LITMEMO", {"matter": "Ito v. City", "attorney": "the City Attorney"}),
        Exempted("EX-PRIV", {"privacy": "the neighbour"}),
    )
    with pytest.raises(BadQuestion, match="asks for a fact 'juvenile'"):
        claims(["EX-PRIV"], [("juvenile", "a case")])


def test_words_come_with_their_code_or_with_the_only_one() -> None:
    assert coded("EX-SSN: 219-09-9999", ["EX-PRIV"]) == ("EX-SSN", "219-09-9999")
    assert coded("see: 219", ["EX-PRIV"]) == ("EX-PRIV", "see: 219")
    with pytest.raises(BadQuestion, match="under which exemption"):
        coded("219", ["EX-PRIV", "EX-SSN"])
