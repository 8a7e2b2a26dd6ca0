"""What each site gives and never gives, as pages of the desk tell it. Pure."""

from __future__ import annotations

from typing import NamedTuple

from paloverde.platforms import PLATFORMS
from paloverde.platforms.capability import Given, Gives, Subject
from paloverde.search.standing import ONLY_IMPORTED

GIVEN_WORDS = {
    Given.CAPTURED: "archived every night",
    Given.COUNT_ONLY: "only how many",
    Given.EXPORT_ONLY: "only from the site’s own download",
    Given.NEEDS_PERMISSION: "where the site has granted a permission",
    Given.NEVER: "never given",
    Given.NONE: "the site has none",
}


class Limit(NamedTuple):
    """One thing that a city must keep, and how a site gives it."""

    subject: str
    given: str
    note: str


def limits_of(platform: str) -> list[Limit]:
    """Everything that is asked of a site and does not come in full."""
    return [
        Limit(subject.value, GIVEN_WORDS[gives.given], gives.limit)
        for subject, gives in _of(platform).items()
        if gives.given is not Given.NONE and (gives.limit or gives.given is not Given.CAPTURED)
    ]


def sites() -> list[str]:
    """The names of the sites, in their order."""
    return [platform.title for platform in PLATFORMS.values()]


def table() -> list[tuple[str, list[str]]]:
    """Each subject with how every site gives it, in the order of `sites`."""
    return [
        (subject.value, [GIVEN_WORDS[platform.gives[subject].given] for platform in PLATFORMS.values()])
        for subject in Subject
    ]


def _of(platform: str) -> Gives:
    return PLATFORMS[platform].gives if platform in PLATFORMS else ONLY_IMPORTED
