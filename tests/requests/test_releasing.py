"""One record of a release is made without all the others, and is the same as among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from paloverde.errors import BadQuestion
from paloverde.requests.releasing import Pair, Release, Stands, released_all
from paloverde.requests.review import Decision, Verdict
from paloverde.search.hits import Hit, Kept
from requests_found import PRIVACY, decision, hit, in_part, marked, sha

Version = tuple[str, str, str, str]


class Looked(Mapping[Version, Hit]):
    """Found records that note which of them were looked at."""

    def __init__(self, hits: list[Hit]) -> None:
        self._hits = {(*one.item, one.version_sha256): one for one in hits}
        self.at: list[str] = []

    def __getitem__(self, version: Version) -> Hit:
        self.at.append(version[2])
        return self._hits[version]

    def __iter__(self) -> Iterator[Version]:
        return iter(self._hits)

    def __len__(self) -> int:
        return len(self._hits)


PICTURE = Kept(type="photo", sha256=sha("a picture"))
SECRET = hit("I saw it", native_id="500500", poster_name="Ana Lopez")
REPLY = hit("Thank you", native_id="600600", parent_id="500500", thread_id="1")
SLIP = hit("Whole", native_id="700700", poster_name="Bo Ruiz")
BY_BO = hit("Hello", native_id="800800", poster_name="Bo Ruiz")
OTHERS = [hit(f"Another, number {n}", native_id=f"9009{n:02}", media=[PICTURE]) for n in range(20)]


def decided() -> list[tuple[Hit, Decision]]:
    hidden = in_part(SECRET, marked(SECRET, "Ana Lopez", "poster_name"))
    withheld = decision(SLIP, Verdict.EXEMPT, exempted=(PRIVACY,))
    plain = [(one, decision(one)) for one in (REPLY, BY_BO, *OTHERS)]
    left_out = hit("Not about this", native_id="990099")
    return [
        (SECRET, hidden),
        (SLIP, withheld),
        *plain,
        (left_out, decision(left_out, Verdict.NOT_RESPONSIVE)),
    ]


def release(hits: Mapping[Version, Hit]) -> Release:
    return Release([Stands(one, f"A-{at}") for at, (_, one) in enumerate(decided(), 1)], hits)


def test_each_record_is_the_same_alone_as_among_all() -> None:
    pairs = [Pair(one, of, f"A-{at}") for at, (one, of) in enumerate(decided(), 1)]
    whole, hits = released_all(pairs), Looked([one for one, _ in decided()])
    assert len(whole) == len(pairs) - 1
    for pair, among in zip(pairs, whole, strict=False):
        assert release(hits).of_item(*pair.hit.item[::2]) == [among]


def test_a_record_that_is_handed_over_is_made_without_a_look_at_the_others() -> None:
    hits = Looked([one for one, _ in decided()])
    (reply,) = release(hits).of_item(REPLY.account, REPLY.native_id)
    assert reply.hit.parent_id == "A-1"  # what is hidden elsewhere counts all the same
    assert {*hits.at} <= {SECRET.native_id, SLIP.native_id, REPLY.native_id}


def test_what_is_kept_back_comes_alone_with_what_was_decided() -> None:
    found = [*release(Looked([one for one, _ in decided()])).kept_back()]
    assert [one.control for one, _ in found] == ["A-1", "A-2"] == [made.control for _, made in found]


def test_a_file_that_is_kept_back_in_one_record_alone_is_refused_whichever_is_looked_at() -> None:
    one, other = OTHERS[:2]
    kept_back = Stands(in_part(one, withheld_media=(sha("a picture"),)), "A-1")
    with pytest.raises(BadQuestion, match="A-1 and A-2 have the same picture"):
        Release([kept_back, Stands(decision(other), "A-2")], Looked([one, other]))
