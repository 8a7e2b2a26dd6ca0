"""What is about to be handed over and who agreed to it; when a link opens, and what counts as a download."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.requests.delivery import (
    Act,
    Agreed,
    Delivered,
    Inside,
    Summary,
    Terms,
    agreement,
    file_of,
    inside,
    refuse_agreement,
    refuse_changed,
    refuse_role,
    refuse_terms,
)
from paloverde.requests.events import Document, Way
from paloverde.requests.links import (
    MOST_PARTS,
    RESUMED_WITHIN,
    Begun,
    Ended,
    Link,
    LinkState,
    Revoked,
    hash_of,
    new_secret,
    state_of,
)
from paloverde.requests.links import Act as LinkAct
from paloverde.requests.review import Decision, Exempted, Verdict
from paloverde.requests.review_state import exposed_by
from paloverde.retention.holds import By

CLERK, COUNSEL = By("Cleo Park", "clerk", "this test"), By("Ana Ruiz", "counsel", "this test")
NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
BUNDLE = Document("PRA-2026-0042-1.zip", "ab" * 32)
SIZE = 1000
ROWS = [
    {"account": "x-palmaria", "kind": "post", "verdict": "responsive", "redacted_under": ""},
    {"account": "x-palmaria", "kind": "message", "verdict": "exempt in part", "redacted_under": "A; B"},
    {"account": "fb-palmaria", "kind": "post", "verdict": "exempt", "redacted_under": "A"},
]
HELD = inside(ROWS, 2, 1)


def summary(**more: Any) -> Summary:
    good = Summary(
        number="PRA-2026-0042",
        terms=Terms(channel=Way.LINK, to="Rosa Quintero", days=14, downloads=10),
        instalment=1,
        bundle=BUNDLE,
        size=SIZE,
        inside=HELD,
        letter="part, November 19, 2026",
        letter_sha256="cd" * 32,
        prepared_by="Cleo Park, clerk",
        prepared_at=NOW,
        signed_by="Ana Ruiz, counsel",
        decisions_sha256="ef" * 32,
        before=0,
        refusals=(),
    )
    return msgspec.structs.replace(good, **more)


def agreed(told: Summary) -> Agreed:
    return Agreed(by=COUNSEL, at=NOW, summary=told, summary_sha256=told.sha256)


def delivered(number: int) -> Delivered:
    return Delivered(
        by=CLERK, at=NOW, agreement=number, summary_sha256="", sha256=BUNDLE.sha256, channel=Way.LINK, to=""
    )  # fmt: skip


def test_a_bundle_is_told_in_its_own_numbers() -> None:
    held = inside(ROWS, 2, 1)
    assert held == Inside(
        records=3,
        accounts={"fb-palmaria": 1, "x-palmaria": 2},
        kinds={"message": 1, "post": 2},
        redacted=1,
        withheld=1,
        statutes={"A": 2, "B": 1},
        private=1,
        pictures=2,
        files=1,
    )


def test_an_empty_bundle_is_told_too() -> None:
    told = "\n".join(summary(inside=inside([], 0, 0)).sentences())
    assert "0 record versions" in told
    assert "private messages and subscribers: none" in told


def test_what_is_about_to_go_is_told_in_numbers_and_names() -> None:
    told = "\n".join(summary(before=1, refusals=("Nobody signed.",)).sentences())
    for words in (
        "by a private link to Rosa Quintero",
        "works for 14 days and opens 10 times at most",
        f"PRA-2026-0042-1.zip, 1,000 bytes, SHA-256 {BUNDLE.sha256}",
        "3 record versions",
        "account x-palmaria: 2",
        "kind message: 1",
        "with redactions: 1; withheld whole, a slip in place: 1",
        "kept back under A: in 2",
        "private messages and subscribers: 1",
        "pictures: 2; other files: 1",
        "Letter: part, November 19, 2026",
        "Put together by Cleo Park, clerk",
        "Review signed by Ana Ruiz, counsel",
        "went out 1 time before",
        "IN THE WAY: Nobody signed.",
    ):
        assert words in told


def test_whoever_put_a_bundle_together_cannot_agree() -> None:
    told = summary()
    same = msgspec.structs.replace(CLERK, name="CLEO park", how="another way")
    with pytest.raises(PersonNeeded, match="put this bundle together"):
        refuse_agreement(told, told.sha256, same, CLERK)
    refuse_agreement(told, told.sha256, COUNSEL, CLERK)


def test_a_new_name_makes_no_second_person() -> None:
    told, maria = summary(), By("Maria Lopez", "clerk", "desk (mlopez)", "mlopez")
    renamed = By("Maria Santos", "clerk", "command line (root)", "mlopez")
    with pytest.raises(PersonNeeded, match="put this bundle together"):
        refuse_agreement(told, told.sha256, renamed, maria)
    refuse_agreement(told, told.sha256, COUNSEL, maria)
    refuse_agreement(told, told.sha256, COUNSEL, CLERK)  # without usernames they are told apart by names


@pytest.mark.parametrize("role", ["it", "public_affairs", "auditor"])
def test_it_refuses_an_outsider(role: str) -> None:
    told = summary()
    with pytest.raises(PersonNeeded, match="agreeing needs clerk or counsel or approver"):
        refuse_agreement(told, told.sha256, By("Ivo", role, "this test"), CLERK)


def test_an_approver_may_agree_and_hands_nothing_over() -> None:
    told, approver = summary(), By("Rui Lee", "approver", "this test")
    refuse_agreement(told, told.sha256, approver, CLERK)
    with pytest.raises(PersonNeeded, match="hands records over"):
        refuse_role(approver)


def test_every_instalment_has_a_file_name_of_its_own() -> None:
    assert [file_of("PRA-2026-0042", n) for n in (1, 2)] == ["PRA-2026-0042-1.zip", "PRA-2026-0042-2.zip"]
    assert file_of("PRA-2026-0042", 1, build=2) == "PRA-2026-0042-1-again-2.zip"


def test_nothing_is_agreed_to_while_anything_stands_in_the_way() -> None:
    told = summary(refusals=("Nobody signed.",))
    with pytest.raises(PersonNeeded, match="Nobody signed"):
        refuse_agreement(told, told.sha256, COUNSEL, CLERK)


@pytest.mark.parametrize("seen", ["", "00" * 32, "short"])
def test_only_what_was_seen_is_agreed_to(seen: str) -> None:
    with pytest.raises(BadQuestion, match="is not what would go out now"):
        refuse_agreement(summary(), seen, COUNSEL, CLERK)


def test_a_few_letters_of_the_hash_do_not_say_what_was_seen() -> None:
    told = summary()
    with pytest.raises(BadQuestion):
        refuse_agreement(told, told.sha256[:11], COUNSEL, CLERK)
    refuse_agreement(told, told.sha256[:12].upper(), COUNSEL, CLERK)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"size": SIZE + 1}, "size"),
        ({"bundle": Document(BUNDLE.name, "00" * 32)}, "bundle"),
        ({"terms": Terms(channel=Way.LINK, to="Somebody else", days=14, downloads=10)}, "terms"),
        ({"decisions_sha256": "00" * 32}, "decisions sha256"),
        ({"before": 1}, "before"),
        ({"refusals": ("Nobody signed.",)}, "Nobody signed"),
    ],
)
def test_an_agreement_no_longer_counts_where_anything_changed(change: dict[str, Any], named: str) -> None:
    refuse_changed(agreed(summary()), summary())
    with pytest.raises(PersonNeeded, match=named):
        refuse_changed(agreed(summary()), summary(**change))


def test_an_agreement_counts_once_and_the_newest_first() -> None:
    acts: list[Act] = [agreed(summary()), agreed(summary(before=1))]
    assert agreement(acts, "PRA-2026-0042", Way.LINK) == (2, acts[1])
    acts.append(delivered(2))
    assert agreement(acts, "PRA-2026-0042", Way.LINK) == (1, acts[0])
    acts.append(delivered(1))
    with pytest.raises(PersonNeeded, match="Nobody has agreed"):
        agreement(acts, "PRA-2026-0042", Way.LINK)


def test_an_agreement_to_a_link_is_none_to_the_counter() -> None:
    with pytest.raises(PersonNeeded, match="at the counter"):
        agreement([agreed(summary())], "PRA-2026-0042", Way.COUNTER)


@pytest.mark.parametrize(("days", "downloads"), [(0, 10), (61, 10), (14, 0), (14, 101), (-1, 10)])
def test_a_link_is_short_lived_and_opens_a_number_of_times(days: int, downloads: int) -> None:
    with pytest.raises(BadQuestion):
        refuse_terms(Terms(channel=Way.LINK, to="", days=days, downloads=downloads))
    refuse_terms(Terms(channel=Way.LINK, to="", days=60, downloads=100))
    refuse_terms(Terms(channel=Way.COUNTER, to=""))


def test_an_officials_home_bars_a_link_where_it_is_handed_over() -> None:
    def marked(verdict: Verdict) -> Decision:
        return Decision(
            account="x", kind="post", native_id="1", version_sha256="0", verdict=verdict,
            exempted=(Exempted("EX-HOME", {"official": "A member of the council"}), Exempted("EX-PRIV")),
            decided_by="Cleo Park", decided_at=NOW,
        )  # fmt: skip

    found = exposed_by([marked(verdict) for verdict in Verdict])
    assert [(one.code, one.records) for one in found] == [("EX-HOME", 2)]


# Links

LINK = Link(
    secret_sha256=hash_of("x"), number="PRA-2026-0042", bundle=BUNDLE, size=SIZE, by=CLERK, at=NOW,
    expires_at=NOW + timedelta(days=14), downloads=2,
)  # fmt: skip


class Taker:
    """Takes parts of a file, as the service counts them."""

    def __init__(self) -> None:
        self.acts: list[LinkAct] = [LINK]
        self.now = NOW

    @property
    def state(self) -> LinkState:
        state = state_of(self.acts)
        assert state is not None
        return state

    def take(
        self, first: int = 0, last: int = SIZE - 1, sent: int | None = None, *, ends: bool = True
    ) -> int:
        """The download that it counts as; 0 where nothing is opened. `sent` is all of it where left out."""
        download = self.state.download_of(first, last, self.now)
        if download:
            part = self.state.parts + 1
            self.acts.append(Begun(part=part, download=download, first=first, last=last, at=self.now))
            if ends:
                whole = last - first + 1
                self.acts.append(Ended(part=part, sent=whole if sent is None else sent, at=self.now))
        return download


@pytest.fixture
def taker() -> Taker:
    return Taker()


def test_a_link_opens_so_many_times_and_not_once_more(taker: Taker) -> None:
    assert [taker.take() for _ in range(3)] == [1, 2, 0]
    assert not taker.state.opens_or_resumes(NOW)


def test_a_download_that_breaks_off_and_is_resumed_counts_once(taker: Taker) -> None:
    assert taker.take(sent=300) == 1
    assert taker.take(first=300, sent=200) == 1
    assert not taker.state.downloads[0].is_whole
    assert taker.take(first=500) == 1
    assert taker.state.downloads[0].is_whole
    assert taker.state.left == 1


def test_a_used_up_link_still_lets_the_last_download_be_resumed(taker: Taker) -> None:
    taker.take()
    taker.take(sent=300)
    assert not taker.state.opens(NOW)
    assert taker.state.opens_or_resumes(NOW)
    assert taker.take() == 0
    assert taker.take(first=300) == 2


def test_pieces_at_the_same_time_are_one_download(taker: Taker) -> None:
    assert taker.take(0, 399, ends=False) == 1
    assert taker.take(400, 799, ends=False) == 1
    assert taker.take(800, 999) == 1


def test_the_middle_of_the_file_cannot_be_had_again_and_again_uncounted(taker: Taker) -> None:
    taker.take(sent=0)
    assert [taker.take(first=1) for _ in range(5)] == [1, 1, 2, 2, 0]
    assert sum(one.sent for one in taker.state.downloads) <= 2 * 2 * SIZE


def test_a_part_that_never_ended_counts_in_full(taker: Taker) -> None:
    taker.take(ends=False)
    taker.take(first=1, ends=False)
    assert taker.take(first=1) == 2


def test_without_an_unfinished_download_the_middle_is_a_new_one(taker: Taker) -> None:
    taker.take()
    assert taker.take(first=500) == 2


def test_after_a_day_a_download_is_not_resumed(taker: Taker) -> None:
    taker.take(sent=300)
    taker.now = NOW + RESUMED_WITHIN + timedelta(seconds=1)
    assert taker.take(first=300) == 2


def test_a_download_takes_a_number_of_requests(taker: Taker) -> None:
    taker.take(sent=0)
    assert {taker.take(first=1, last=1) for _ in range(MOST_PARTS - 1)} == {1}
    assert taker.take(first=1, last=1) == 2


def test_a_link_that_is_over_or_revoked_opens_nothing(taker: Taker) -> None:
    taker.take(sent=300)
    taker.now = LINK.expires_at
    assert (taker.take(), taker.take(first=300)) == (0, 0)
    taker.now = NOW
    taker.acts.append(Revoked(by=COUNSEL, at=NOW, why="A privileged letter was in it"))
    assert (taker.take(), taker.take(first=300)) == (0, 0)
    assert not taker.state.opens_or_resumes(NOW)


def test_a_link_tells_who_gave_it_out_and_every_download(taker: Taker) -> None:
    assert "Nobody has downloaded it." in list(taker.state.sentences(NOW))
    taker.take(sent=300)
    taker.take()
    taker.acts.append(Revoked(by=COUNSEL, at=NOW, why="A privileged letter was in it"))
    told = "\n".join(taker.state.sentences(NOW))
    assert "given out by Cleo Park" in told
    assert "Revoked by Ana Ruiz" in told
    assert "Download 1: Friday, November 20, 2026, at 10:00 a.m. Pacific time, broken off after 300" in told
    assert "sent whole, 1,000 bytes" in told


def test_a_download_whose_end_nobody_saw_is_not_told_as_broken_off(taker: Taker) -> None:
    taker.take(ends=False)
    assert "at least 0 of 1,000 bytes" in "\n".join(taker.state.sentences(NOW))


def test_secrets_have_256_bits_and_are_never_the_same() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(secret) for secret in made} == {43}


def test_papers_that_begin_with_no_link_are_no_link() -> None:
    assert state_of([]) is None
    assert state_of([Revoked(by=COUNSEL, at=NOW, why="")]) is None


def test_many_that_the_signer_accepted_are_told_in_numbers_and_where_all_are_named() -> None:
    own = [(f"R-{number:02}", f"R-{number:02}") for number in range(11)]
    told = " ".join(summary(accepted=(*own, ("R-11", "R-12"), ("R-11", "a.pdf"))).sentences())
    assert (
        "words redacted from 12 records may be read in 13 records or files, 11 of them the record itself."
        in told
    )
    assert "`paloverde request show PRA-2026-0042 --json` names each." in told
    assert "R-03" not in told
    assert "R-11 in R-12" in " ".join(summary(accepted=(("R-11", "R-12"),)).sentences())
