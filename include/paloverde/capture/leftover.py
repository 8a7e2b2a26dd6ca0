"""What no reader asked for of handed-in files: kept all the same, and named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from paloverde.archive.gaps import OF_IMPORT, KnownGap
from paloverde.capture.handed import Handed
from paloverde.errors import Unreadable
from paloverde.imports.attached import ARCHIVE_ENDINGS, holds_credentials, is_text
from paloverde.imports.formats import Format
from paloverde.imports.members import Member, Sources
from paloverde.imports.said import Read, Task, cleaned, missed
from paloverde.platforms.conversation import Gap, Listing
from paloverde.records import Kind
from paloverde.wording import some

_NAMED = 20  # names that a gap tells one by one
_WHOLE = 16 * 1024 * 1024  # bytes of a text that is kept as one resource


def keep_the_rest(
    sources: Sources, task: Task, format_: Format, handed: Handed, progress: Callable[[str], None]
) -> tuple[int, list[str], list[Gap]]:
    """Keep every member that no reader asked for: how many are left out, which nobody read, the gaps."""
    left, unread, gaps = 0, [], []
    secret = {member.name for member in sources.members if holds_credentials(member)}
    nested = []
    for number, member in enumerate(sources.members, start=1):
        if number % 1_000 == 0:
            progress(f"{number:,} of {some(len(sources.members), 'file is', 'files are')} kept")
        if member.name in handed.names or member.name in secret:
            continue
        if not format_.owns(member, task):
            left += 1
            continue
        if is_text(member):
            unread.append(member.name)
            gaps += _keep_text(member, handed)
        else:
            handed.stream(member)
            if member.ending in ARCHIVE_ENDINGS and not member.path.startswith("exchanges/"):
                nested.append(member.name)
    gaps += named(
        "archives", nested, "that are archives inside the archive: kept closed; unpack and import them"
    )
    lost = [name for name, became in handed.names.items() if became.startswith("not kept")]
    gaps += named("files", lost, "that could not be kept; the report says why")
    return left, unread, gaps


def _keep_text(member: Member, handed: Handed) -> list[Gap]:
    """A text that nobody read, kept as it is: whole where it is short, else with the media."""
    if member.size > _WHOLE:
        handed.stream(member)
        return []
    try:
        handed.original(cleaned(member.name, member.content(_WHOLE)))
        handed.read(Read([]))
    except Unreadable as error:
        return [missed("files", str(error), of=member.path)]
    return []


def refusals(sources: Sources) -> list[Gap]:
    reasons: dict[str, list[str]] = {}
    for refused in sources.refused:
        reasons.setdefault(refused.reason, []).append(refused.name)
    told = (named("files", names, f"refused: {reason}") for reason, names in reasons.items())
    return [gap for gaps in told for gap in gaps]


def not_read(names: list[str]) -> list[Gap]:
    return named("files", names, "kept as they are and not searched: no record was read from them")


def missing(handed: Handed) -> list[Gap]:
    """One gap for each reason and file that names pictures which are not here."""
    counted: Counter[tuple[str, str]] = Counter()
    for number, ((name, reason), count) in enumerate(handed.missing.most_common()):
        place = (handed.place(name), reason) if number < _NAMED else ("", "other reasons")
        counted[place] += count
    return [
        missed("media", f"{some(count, 'picture, video or attachment')} not here: {reason}", of=place)
        for (place, reason), count in counted.items()
    ]


def omissions(sources: Sources) -> list[str]:
    """What is left out on purpose, and what was opened although it was packed."""
    secret = [member.name for member in sources.members if holds_credentials(member)]
    left = named("files", secret, "with tokens or cookies and no record: not kept")
    inside = [
        f"{name} is a site's download inside what was handed in: it was opened" for name in sources.opened
    ]
    return [gap.cause for gap in left] + inside


def made_good(
    open_gaps: Sequence[KnownGap], handed: Handed, gaps: Sequence[Gap], format_: str
) -> list[Listing]:
    """The gaps of earlier imports that the same file, handed in again with more, has filled."""
    lacking = {(gap.stream, gap.of) for gap in gaps}
    places = {handed.place(name): name for name in handed.hashes}
    filled = []
    for gap in open_gaps:
        name = places.get(gap.of)
        if gap.what != OF_IMPORT or name is None or (gap.stream, gap.of) in lacking:
            continue
        got = handed.files_of[name] if gap.stream == "media" else int(format_ in ("table", "records"))
        if gap.stream in ("media", "columns") and got:
            filled.append(Listing(gap.stream, Kind.OTHER, complete=True, got=got, of=gap.of))
    return filled


def named(stream: str, names: list[str], what: str) -> list[Gap]:
    """One gap for many files: the first of them by name, and how many more."""
    if not names:
        return []
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return [missed(stream, f"{some(len(names), 'file')} {what} ({', '.join(names[:_NAMED])}{more})")]
