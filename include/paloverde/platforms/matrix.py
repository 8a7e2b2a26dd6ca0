"""The capability matrix of all sites as a page of the documentation, written from what each declares."""

from __future__ import annotations

from collections.abc import Iterator

from paloverde.platforms import PLATFORMS
from paloverde.platforms.capability import Given, Subject

_PAGE = """\
# What each site gives

Made by `make docs` from what each folder under `include/paloverde/platforms/` declares; edit there.

{legend}

{table}

A number leads to a note below. The same sentences stand on the page "Limits of this search" of each bundle.

{notes}

## Hiding a comment, and showing it again

Only where a rule that two people approved, or a person at the desk, does it (`docs/guide/watch.md`), and
only with `PALOVERDE_ALLOW_HIDING=true`: everything else is read. On Facebook and X, reading needs none of
these permissions.

| | Permission of the token | What hidden means there | A later look tells it |
|---|---|---|---|
{hiding}
"""
_MARKS = {
    Given.CAPTURED: "captured",
    Given.COUNT_ONLY: "count only",
    Given.EXPORT_ONLY: "export only",
    Given.NEEDS_PERMISSION: "needs permission",
    Given.NEVER: "never given",
    Given.NONE: "none there",
}
_LEGEND = {
    Given.CAPTURED: "archived every night, with the bytes as they came",
    Given.COUNT_ONLY: "the site tells how many, not which",
    Given.EXPORT_ONLY: "in the site's own download, which `paloverde import` reads",
    Given.NEEDS_PERMISSION: "archived where the site has granted the app more than is usual",
    Given.NEVER: "the site's API has it in no answer",
    Given.NONE: "the site itself has nothing of the kind",
}


def reference() -> str:
    """The page, in Markdown."""
    notes = _numbered()
    header = "| | " + " | ".join(platform.title for platform in PLATFORMS.values()) + " |"
    rows = [f"| {subject.value} | " + " | ".join(_row(subject, notes)) + " |" for subject in Subject]
    legend = "\n".join(f"- **{_MARKS[given]}**: {words}." for given, words in _LEGEND.items())
    return _PAGE.format(
        legend=legend,
        table="\n".join([header, "|---" * (len(PLATFORMS) + 1) + "|", *rows]),
        notes="\n".join(_notes(notes)),
        hiding="\n".join(_hiding()),
    )


def _hiding() -> Iterator[str]:
    """Each site with what it takes to hide a comment there."""
    for platform in PLATFORMS.values():
        way = platform.hiding
        if way is None:
            yield f"| {platform.title} | no program can hide anything there | | |"
            continue
        permissions = " or ".join(f"`{one}`" for one in way.permissions)
        yield f"| {platform.title} | {permissions} | {way.means} | {'yes' if way.tells else 'no'} |"


def _numbered() -> dict[tuple[str, Subject], int]:
    """Each limit with its number, site by site."""
    limited = [
        (name, subject)
        for name, platform in PLATFORMS.items()
        for subject in Subject
        if platform.gives[subject].limit
    ]
    return {where: number for number, where in enumerate(limited, 1)}


def _row(subject: Subject, notes: dict[tuple[str, Subject], int]) -> Iterator[str]:
    for name, platform in PLATFORMS.items():
        number = notes.get((name, subject))
        mark = _MARKS[platform.gives[subject].given]
        yield f"{mark} ({number})" if number else mark


def _notes(notes: dict[tuple[str, Subject], int]) -> Iterator[str]:
    for (name, subject), number in notes.items():
        platform = PLATFORMS[name]
        yield f"{number}. **{platform.title}, {subject.value}**: {platform.gives[subject].limit}"


if __name__ == "__main__":
    print(reference(), end="")
