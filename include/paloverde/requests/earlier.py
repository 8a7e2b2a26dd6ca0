"""What earlier requests were given of the same records: offered again, and pointed out where it differs.

Whoever asks for the same record gets the same (Gov. Code 7921.300, 7921.305), and what was disclosed to one
member of the public is no longer exempt for most purposes (Gov. Code 7921.505).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from paloverde.requests.review import Decision, Verdict
from paloverde.requests.reviewing import Review, Version
from paloverde.requests.spans import cuts_of, texts_of
from paloverde.search.hits import Hit

_GIVEN = (Verdict.RESPONSIVE, Verdict.EXEMPT_IN_PART)


class Earlier(msgspec.Struct, frozen=True):
    """What was decided about a version when another request was given its records."""

    request: str
    control: str
    decision: Decision


class Waived(msgspec.Struct, frozen=True):
    """Something is to be kept back now that an earlier request was given."""

    control: str
    earlier: Earlier
    what: str

    @property
    def sentence(self) -> str:
        return (
            f"{self.control}: {self.what} {self.earlier.request} was given it ({self.earlier.control}). What "
            "was disclosed to one member of the public is exempt no more for most purposes "
            "(Gov. Code 7921.505): ask counsel."
        )


def register(released: Iterable[Review]) -> dict[Version, list[Earlier]]:
    """The release register: of each version what was decided when it was released, oldest request first.

    `released` are reviews as they were when a bundle was built that has gone out (`reviewing.as_of`): what
    was only signed disclosed nothing, and what is decided afterwards takes no disclosure back.
    """
    found: dict[Version, list[Earlier]] = {}
    for review in sorted(released, key=lambda one: one.request):
        for version, one in review.standing.items():
            if one.decision.verdict is not Verdict.NOT_RESPONSIVE:
                earlier = Earlier(review.request, review.control(version), one.decision)
                if earlier not in found.setdefault(version, []):
                    found[version].append(earlier)
    return found


def offered(review: Review, earlier: Mapping[Version, list[Earlier]]) -> Iterator[tuple[str, Earlier]]:
    """Of each undecided version the newest earlier decision, by control number."""
    for version in review.undecided:
        if version in earlier:
            yield review.control(version), earlier[version][-1]


def waived(
    review: Review, earlier: Mapping[Version, list[Earlier]], hits: Mapping[Version, Hit]
) -> Iterator[Waived]:
    """Where something is kept back now that an earlier request was given."""
    for version, one in review.standing.items():
        for before in earlier.get(version, ()):
            what = _more_kept_back(hits.get(version), one.decision, before.decision)
            if what:
                yield Waived(review.control(version), before, what)
                break


def _more_kept_back(hit: Hit | None, now: Decision, before: Decision) -> str:
    """What is kept back now and was not then, in words; empty where nothing is."""
    if before.verdict not in _GIVEN or now.verdict is Verdict.NOT_RESPONSIVE:
        return ""
    if now.verdict is Verdict.EXEMPT:
        return "it is withheld whole now, and"
    files = {*now.withheld_media, *(region.sha256 for region in now.regions)}
    if files - {*before.withheld_media, *(region.sha256 for region in before.regions)}:
        return "a file is kept back now, and"
    if hit is None or not now.spans:
        return ""
    texts = texts_of(hit)
    then = cuts_of(texts, before.spans)
    for where, cuts in cuts_of(texts, now.spans).items():
        for cut in cuts:
            if not any(old.start <= cut.start and cut.end <= old.end for old in then.get(where, ())):
                return f"words of its {where} are redacted now, and"
    return ""
