"""What holds for every check: whatever stands in a record, it neither fails nor tarries, and it says whole sentences.

Archived text is hostile: somebody wrote it who may wish that nobody reads on.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from councils import ANA, ANAS_PAGE, ANAS_X, BENS_X, COUNCIL, PLANNING, TERM, people
from moderated import MEASURE_B, approved, filed, words
from paloverde.records import Account, Holder, Kind, Missing, Poster, Visibility
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding
from paloverde.watch.checks import CHECKS
from paloverde.watch.now import Now
from paloverde.watch.registers import ALL
from paloverde.watch.registers.accounts import AccountClass, AccountPapers, PolicyVersion
from paloverde.watch.registers.authorizing import Grant
from paloverde.watch.registers.bodies import Member
from paloverde.watch.registers.contacts import Contact
from paloverde.watch.registers.inbox import Question
from paloverde.watch.registers.people import Person, Standing
from paloverde.watch.seen import Seen, SeenMedium
from watching import CITY, CITY_ON_X, DOMAINS, NOON, RUTH, Then, book, seen

CITY_ON_LINKEDIN = Account("linkedin-palmaria", "linkedin", "urn:li:organization:5", "cityofpalmaria")
CITY_ON_INSTAGRAM = Account("instagram-palmaria", "instagram", "17841", "cityofpalmaria")
MAIL = Account("custodian-ana-duarte", "other", "ana duarte", "Ana Duarte", Holder.OFFICIAL)
CAMPAIGN = Account("facebook-ana-for-mayor", "facebook", "3999", "anaformayor", Holder.OFFICIAL)
ACCOUNTS = (
    CITY, CITY_ON_X, CITY_ON_LINKEDIN, CITY_ON_INSTAGRAM, ANAS_PAGE, ANAS_X, BENS_X, MAIL, CAMPAIGN,
)  # fmt: skip
SHORT, LONG = 10_000, 40_000  # characters of two texts of one kind
AT_ONCE = 0.1  # seconds of processor: what takes less for the long one goes along it once
MOST_GROWTH = 8  # times that the long one may take longer: 4 where a text is gone along once, 16 where twice
LISTS = [
    filed(words("c")),
    filed(words("k", "burn it down", "gins")),
    filed(words("f", "win", domains=("casino.example",))),
]
STAFF = (
    Person("jrivera", "Jo Rivera", Standing.STAFF, known_as=("facebook:555",)),
    Person("ann", "Ann Lee", Standing.STAFF),
)
POLICY = PolicyVersion(
    "2026-03", date(2026, 3, 1), "ab" * 32, "City of Palma Ria", f"https://{DOMAINS[0]}/policy",
    short_names=("Palma Ria",),
)  # fmt: skip


def registers() -> Book:
    """Registers with something in each that a check of an item reads."""
    members = [Member("council", one.id, TERM) for one in people()]
    return book(
        entries={
            "people": [*people(), *STAFF],
            "bodies": [COUNCIL, PLANNING],
            "members": [*members, Member("planning", "ana", TERM)],
            "word-lists": LISTS,
            "word-list-approvals": [approval for one in LISTS for approval in approved(one)],
            "elections": [MEASURE_B],
            "policy-versions": [POLICY],
            "grants": [Grant("jrivera", CITY.slug, date(2026, 1, 1), "Noor Haddad")],
            "account-papers": [
                AccountPapers(ANAS_PAGE.slug, AccountClass.OFFICIAL, official="ana", consent_on=TERM),
                AccountPapers(CAMPAIGN.slug, AccountClass.CAMPAIGN, official="ana", consent_on=TERM),
            ],
            "published-contacts": [Contact("760-555-0111", "City Hall")],
            "questions": [Question(f"{CITY.slug}/comment/1", "Public Works", NOON - timedelta(days=9))],
        }
    )


BOOK = registers()
# What a rule looks for, so that it is found beside whatever else stands there.
BAIT = (
    "frack", "f r a c k", "blast it", "blast\nit", "blast”it", "burn it down", "casino.example", "Measure B", "vote yes",
    "vote no", "zoning", "public records request", "a claim against\nthe City", "public hearing", "apply now",
    "Photo by Ann Lee", "password: hunter2!", "123-45-6789", "cell 760-555-0123", "Ann Lee", "vote\nfor\nme",
    "on behalf\tof the City", "lawsuit", "solicito copia de contratos", "notice of claim", "agenda item",
    "I need a copy of the police\nreport", "“send me the emails”", "RT @BenIto: hello", "https://x.com/BenIto/status/7",
)  # fmt: skip
ODD = (
    "\0",
    "\x1b[31m",
    "\r\n",
    "\u2028",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\ufffd",
    "“",
    "”",
    "…",
    "İ",
    "ß",
    "ﬁ",
    "א",
    "ﷺ",
    "👩‍👧",
    "١٢٣",
)
TEXTS = st.lists(
    st.one_of(st.sampled_from(BAIT), st.sampled_from(ODD), st.text(max_size=20)), max_size=8
).flatmap(lambda parts: st.sampled_from((" ", "", "\n", ". ")).map(lambda between: between.join(parts)))
DEEP = b'{"a":' * 5_000 + b"1" + b"}" * 5_000
MARKS = (
    b"admin_creator", b"created", b"shared_story", b"article", b"attachments", b"urls", b"link", b"retweeted",
    b"reshareContext", b"description", b"about", b"parent_id", b"category", b"verification_status",
)  # fmt: skip
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from([mark.decode() for mark in MARKS]), inner, max_size=4),
    ),
    max_leaves=12,
)
PAYLOADS = st.one_of(
    st.just(b""),
    st.binary(max_size=40),
    JSON.map(msgspec.json.encode),
    st.sampled_from(MARKS).map(lambda mark: b'{"' + mark + b'":"\xff\xfe"}'),
)
NAMES = st.one_of(st.none(), st.just(""), st.sampled_from(("7001", "901", "4001", "@", "Ann\nLee")), TEXTS)
POSTERS = st.one_of(
    st.just(Poster()),
    st.just(Poster(missing=Missing.WITHHELD)),
    st.builds(Poster, name=NAMES, username=NAMES, id=NAMES),
)
IDS = st.one_of(st.just(""), st.just("1"), st.just("1000_1"), st.text(max_size=12))
MEDIA = st.lists(
    st.builds(
        SeenMedium,
        url=st.one_of(st.just(""), st.text(max_size=10)),
        type=st.sampled_from(("photo", "video", "share", "album", "", "\0")),
        alt_text=TEXTS,
        sha256=st.sampled_from(("", "a" * 64, "b" * 64)),
    ),
    max_size=2,
).map(tuple)
MOMENTS = st.integers(1_100_000_000, 2_100_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))


OFTEN = (Kind.POST, Kind.COMMENT)


@st.composite
def versions(draw: st.DrawFn) -> Seen:
    """Any version of any item; half of them are the account's own."""
    account = draw(st.sampled_from(ACCOUNTS))
    own = Poster("City of Palma Ria", account.handle, account.native_id)
    return Seen(
        account=account,
        kind=draw(st.sampled_from((*OFTEN, *OFTEN, *Kind))),
        native_id=draw(IDS),
        version_sha256=draw(st.sampled_from(("", "cd" * 32))),
        text=draw(TEXTS),
        poster=draw(st.one_of(st.just(own), st.just(RUTH), st.just(ANA), POSTERS)),
        visibility=draw(st.sampled_from((Visibility.PUBLIC, Visibility.PUBLIC, *Visibility))),
        observed_at=draw(st.one_of(st.just(NOON), MOMENTS)),
        sequence=1,
        parent_id=draw(IDS),
        thread_id=draw(IDS),
        posted_at=draw(st.one_of(st.none(), st.just(NOON), MOMENTS)),
        permalink=draw(IDS),
        media=draw(MEDIA),
        payload=draw(PAYLOADS),
    )


def found(check: Check, item: Seen, others: Sequence[Seen] = (), registers: Book = BOOK) -> list[Finding]:
    """What a check finds where this is the item, its conversation, and all that the archive has."""
    if check.of_item is not None:
        return list(check.of_item(item, registers))
    if check.of_thread is not None:
        assert check.begins is not None
        begins = check.begins(item, registers)
        return list(check.of_thread(item, [item, *others], registers)) if begins else []
    assert check.of_now is not None
    now: Now = Then(accounts=ACCOUNTS, items=[item, *others])
    return list(check.of_now(now, registers))


def what_is_wrong(one: Finding, texts: Iterable[str]) -> str:
    """What of a finding a clerk could not read or a desk not show; "" where all is well."""
    for sentence in (one.said, one.next):
        if not sentence[:1].strip() or not sentence.endswith((".", "!", "?", ".”", "?”", "!”", "…”", ".)")):
            return f"is no sentence: {sentence!r}"
        if strange := [char for char in sentence if is_strange(char)]:
            return f"has {strange!r} in {sentence!r}"
    for span in one.spans:
        if not any(
            0 <= span.start < span.end <= len(text) and text[span.start : span.end] == span.words
            for text in texts
        ):
            return f"has a span outside of its text: {span}"
    return "" if is_well_formed(one.about) else f"is about {one.about!r}"


def is_strange(char: str) -> bool:
    """What breaks a line, is none of a sentence, or turns its direction."""
    return (
        unicodedata.category(char) in ("Cc", "Zl", "Zp")
        or char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def is_well_formed(about: str) -> bool:
    """An account's slug, an entry of a register, a register, or account/kind/id."""
    whose, _, rest = about.partition("/")
    if whose in ALL:
        return not about.endswith("/")
    kinds = "|".join(Kind)
    return whose in {one.slug for one in ACCOUNTS} and bool(not rest or re.match(rf"(?:{kinds})/", rest))


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(item=versions(), other=versions())
def test_whatever_stands_in_a_record_each_check_says_whole_sentences_of_it(item: Seen, other: Seen) -> None:
    for name, check in CHECKS.items():
        told = found(check, item, [other])
        assert told == found(check, item, [other]), name
        assert len({one.id for one in told}) == len(told), name
        for one in told:
            assert (one.check, one.check_version) == (name, check.version)
            assert what_is_wrong(one, (item.text, other.text)) == "", name
            if one.about == item.item and item.item != other.item:
                assert one.private or not item.is_private, name


@pytest.mark.parametrize("mark", MARKS)
def test_no_payload_stops_a_check(mark: bytes) -> None:
    for inner in (
        DEEP,
        b'"\xff\xfe"',
        b'[null,{"a":[]}]',
        b"1e999",
        b'{"data":[{"data":7}],"id":"\\u202e\\n"}',
    ):
        for account in ACCOUNTS:
            for kind in (Kind.POST, Kind.COMMENT, Kind.PROFILE):
                item = own(account, "Hello", kind=kind, payload=b'{"' + mark + b'":' + inner + b"}")
                for name, check in CHECKS.items():
                    assert [
                        what_is_wrong(one, [item.text])
                        for one in found(check, item)
                        if one.about == item.item
                    ] == [], name


def own(account: Account, text: str, **known: Any) -> Seen:
    """What an account says itself."""
    poster = Poster("City of Palma Ria", account.handle, account.native_id)
    return seen(text, account=account, poster=poster, parent_id="2", thread_id="2", **known)


def said_everywhere(text: str) -> Iterator[Seen]:
    """The text as everybody may say it: the City, an official, a resident, a member, a writer of messages."""
    for account in (CITY, CITY_ON_X, ANAS_PAGE):
        yield own(account, text)
        yield own(account, text, kind=Kind.PROFILE)
    for kind in (Kind.COMMENT, Kind.MESSAGE):
        for poster in (RUTH, ANA):
            yield seen(text, kind=kind, poster=poster, parent_id="2", thread_id="2", native_id="7")


@pytest.mark.parametrize("bait", BAIT)
def test_a_sentence_stays_whole_whatever_it_quotes(bait: str) -> None:
    for text in (bait, f"{bait}\u202e hello {bait}\x00 “{bait}” bye"):
        for item in said_everywhere(text):
            for name, check in CHECKS.items():
                wrong = [what_is_wrong(one, [text]) for one in found(check, item)]
                assert [one for one in wrong if one] == [], name


REPEATS = (
    "a ", "1-", "@a", "(", "http://", "http://a.b/(", "no ", "a", "A. ", "1", "1 ", "a.", "a-", "a@", "@", " ", "\n",
    "photo: ", "password ", "Ann ", "of the City ", "g!", "g i ", "aaa ", "not ", "ü", "א", "İ", "👩‍👧", "0,", "'a",
    "copy of ", "claim ", "send me ", "vote ", "Measure ", "on behalf of ", "1.1.", "a:", "#a", "760-555-", "www.", "“",
    "Jo Rivera ", "the", "call Ann Bo ", "3 ", "12 year old ", "age 9 ", "Aa ", "a\u0301", "\u200b", "public ",
    "zoning ", "x" * 63 + ".",
)  # fmt: skip


def taken(check: Check, item: Seen) -> float:
    """Seconds of processor that a check takes for an item."""
    began = time.process_time()
    found(check, item)
    return time.process_time() - began


def growth(check: Check, short: Seen, long: Seen) -> float:
    """How many times longer the long one takes. The best of three each, in turn: no cache helps either."""
    pairs = [(taken(check, short), taken(check, long)) for _ in range(3)]
    return min(of_long for _, of_long in pairs) / min(of_short for of_short, _ in pairs)


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKS)
def test_it_goes_along_a_text_once(name: str) -> None:
    """Repeats in which a pattern goes back and back: a second look at each place grows with the square."""
    check = CHECKS[name]
    for repeat in REPEATS:
        texts = (repeat * (length // len(repeat)) for length in (SHORT, LONG))
        for short, long in zip(*map(said_everywhere, texts), strict=True):
            is_slow = taken(check, long) > AT_ONCE
            assert not is_slow or growth(check, short, long) < MOST_GROWTH, repeat


def test_a_second_look_at_each_place_is_noticed() -> None:
    """What the test above would say of a pattern that goes back and back."""

    def again(item: Seen, book: Book) -> list[Finding]:
        del book
        assert re.search(r"a+b", item.text) is None
        return []

    check = Check("again", "Again", 1, ("P-20",), "Looks.", ("clerk",), of_item=again)
    short, long = own(CITY, "a" * (SHORT // 2)), own(CITY, "a" * (LONG // 2))
    assert taken(check, long) > AT_ONCE
    assert growth(check, short, long) > MOST_GROWTH


@pytest.mark.slow
def test_a_text_of_a_megabyte_is_read_like_any_other() -> None:
    text = "".join(chr(32 + (number * number + 7 * number) % 9_000) for number in range(1_000_000))
    for item in [*said_everywhere(f"{text} frack")][::3]:
        for name, check in CHECKS.items():
            assert [what_is_wrong(one, [item.text]) for one in found(check, item) if one.spans] in (
                [],
                [""],
            ), name


def test_what_is_private_stays_so() -> None:
    """Of a check that reads items, whatever it finds in a private one is for those who may see that."""
    told = [
        one
        for bait in BAIT
        for kind in (Kind.MESSAGE, Kind.COMMENT)
        for check in CHECKS.values()
        if check.of_now is None
        for one in found(check, seen(bait, kind=kind, poster=RUTH, visibility=Visibility.PRIVATE))
    ]
    assert len(told) > len(BAIT) // 10
    assert all(one.private for one in told)
