"""A question as SQL that finds candidates: all that may answer it, and only too much. Pure.

The text is of that part of SQL that Spark, Trino, Athena and DuckDB (with a macro for `regexp_like`)
read alike: no backslash and no quotation mark stands in a literal, no
flag in a regular expression, no function that one of them lacks. It reads two tables:

- `records` and `removed`: the columns of `records/` and `removed/` (`archive/schema.py`), and beside them
  `file`, where the row lies, and `described`, the descriptions of its pictures joined by spaces. How they are
  made differs from engine to engine (`spark.py`, docs/guide/scale.md).

Whether a candidate answers, `matching.py` decides.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from paloverde.search.deciding import IS_REMOVED
from paloverde.search.hits import COLUMNS
from paloverde.search.scope import PRIVATE_KINDS
from paloverde.search.selection import POSTER, shared, single_words
from paloverde.search.tree import (
    And,
    Everything,
    Field,
    Has,
    LinkedTo,
    Near,
    Node,
    Not,
    Or,
    Piece,
    Posted,
    PostedBy,
    Removed,
    Term,
    leaves,
)

NAMES = ("file", "account", "kind", "native_id", "version_sha256")  # enough to find a version again
SHOWN = ("file", *COLUMNS)

# Characters beyond ASCII that fold to letters of ASCII (é, ﬁ, ｐ, ℡), and others that lie between them.
LETTERLIKE = (
    (0xAA, 0x2E3), (0x1D2C, 0x1EF9), (0x2071, 0x217F), (0x249C, 0x24E9), (0x2C7C, 0x2C7D), (0x3250, 0x32CF),
    (0x3371, 0x33FF), (0xA7F2, 0xA7F9), (0xFB00, 0xFB06), (0xFF21, 0xFF5A), (0x10783, 0x107A5),
    (0x1D400, 0x1D6A4), (0x1F110, 0x1F190),
)  # fmt: skip
_MAY_FOLD = f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in LETTERLIKE)}]"
_FOREIGN = "[^\t-~]"  # any character beyond ASCII
_WITHIN = "[^a-zA-Z0-9 ]*"  # what may stand between two letters of a word, unseen or to join them
_BETWEEN = "[^a-zA-Z0-9]*"  # and between two words of a phrase
_REST = "[^ ]*"  # no word reaches across a space
_START, _END = "(?:^|[^a-zA-Z0-9])", "(?:$|[^a-zA-Z0-9])"
_LINK = "://|[wW][wW][wW][.]|[a-zA-Z0-9-][.][a-zA-Z]"  # every web address holds one of these
_GAPS = "*?"
_PLAIN = re.compile(r"[A-Za-z0-9 ._-]+")
_TRUE, _FALSE = "TRUE", "FALSE"
_DAY = timedelta(days=1)
_WIDE = 100


def statement(tree: Node, *, include_private: bool, columns: Sequence[str] = SHOWN) -> str:
    """The SQL that finds every version that may answer, with these columns of it."""
    asked = any(isinstance(leaf, Removed) for leaf in leaves(tree))
    wanted = dict.fromkeys([*columns, *_read(tree)])
    versions = "\n  UNION ALL\n".join(_versions(wanted, table) for table in ("records", "removed"))
    where = [_condition(tree, surely=False)] + ([] if include_private else [_not_private()])
    lines = [
        f"WITH versions AS (\n{versions}\n)" + (f", gone AS (\n{_GONE}\n)" if asked else ""),
        "SELECT\n" + _listed([*columns, *([f"gone_id IS NOT NULL AS {IS_REMOVED}"] if asked else [])], 2),
        "FROM versions",
        *([_JOIN] if asked else []),
        f"WHERE {_all(where)}",
    ]
    return "\n".join(lines)


def coverage() -> str:
    """The SQL that counts the rows of every file that `records` and `removed` read."""
    return (
        "SELECT file, count(*) AS versions\n"
        "FROM (SELECT file FROM records UNION ALL SELECT file FROM removed) AS every_file\n"
        "GROUP BY file"
    )


def commented(sql: str, told: Iterable[str]) -> str:
    """The SQL behind these sentences as a comment."""
    plain = (" ".join(sentence.replace(";", ",").split()) for sentence in told)
    lines = [line for sentence in plain for line in textwrap.wrap(sentence, _WIDE, break_on_hyphens=False)]
    return "\n".join([*(f"-- {line}" for line in lines), sql])


_GONE = "  SELECT DISTINCT account AS gone_account, kind AS gone_kind, native_id AS gone_id\n  FROM removed"
_JOIN = "LEFT JOIN gone ON account = gone_account AND kind = gone_kind AND native_id = gone_id"


def _read(tree: Node) -> list[str]:
    """The columns that conditions look at."""
    fields = [leaf.name for leaf in leaves(tree) if isinstance(leaf, Field)]
    return [
        *fields,
        "account",
        "kind",
        "native_id",
        "visibility",
        "text",
        "media",
        "posted_at",
        "observed_at",
    ]


def _versions(columns: Iterable[str], table: str) -> str:
    return (
        f"  SELECT\n{_listed(columns, 4)},\n    concat_ws(' ', text, described) AS said,\n"
        f"    concat_ws(' ', {', '.join(POSTER)}) AS poster\n  FROM {table}"
    )


def _listed(columns: Iterable[str], indent: int) -> str:
    edge = " " * indent
    return textwrap.fill(", ".join(columns), _WIDE, initial_indent=edge, subsequent_indent=edge)


def _not_private() -> str:
    return f"NOT {_any([_known(_in('kind', PRIVATE_KINDS)), _known(_in('visibility', ['private']))])}"


def _condition(node: Node, *, surely: bool) -> str:
    """What holds of every version that may answer; where `surely`, what holds only of those that do.

    NOT turns one into the other. No condition is ever NULL: NOT NULL would leave a record out.
    """
    match node:
        case And(nodes):
            return _all(_condition(part, surely=surely) for part in nodes)
        case Or(nodes):
            return _any(_condition(part, surely=surely) for part in nodes)
        case Not(inner):
            return _not(_condition(inner, surely=not surely))
        case Posted(since, until):
            return _posted(since, until, surely=surely)
        case Field(name, values):
            return _field(name, values, surely=surely)
        case Removed(yes):
            return _removed(yes=yes, surely=surely)
        case Everything():
            return _TRUE
        case _:
            return _FALSE if surely else _held(node)


def _removed(*, yes: bool, surely: bool) -> str:
    """A table may tell of removals that no seal names any more, never of too few."""
    if yes == surely:
        return _FALSE if yes else _TRUE
    return f"gone_id IS {'NOT ' if yes else ''}NULL"


def _held(node: Node) -> str:
    """A condition on words or media, which SQL can only say coarsely."""
    match node:
        case Term():
            return _words("said", node)
        case LinkedTo(term):
            return _words("text", term)
        case PostedBy(term):
            return _words("poster", term)
        case Near(left, right):
            return _all([_condition(left, surely=False), _condition(right, surely=False)])
        case Has("link"):
            return _like("text", _LINK)
        case _:
            return _known("cardinality(media) > 0")


def _words(column: str, term: Term) -> str:
    """Texts that may hold a term: as it would stand in ASCII, or with characters that may fold to it."""
    pieces = list(single_words(term))
    letters = "".join(_letters(piece) for piece in pieces)
    if not letters.isascii():
        return _like(column, _FOREIGN)
    instead = _FOREIGN if any(char.isdigit() for char in letters) else _MAY_FOLD
    return _any([_like(column, phrase(pieces)), _like(column, instead)])


def phrase(pieces: Sequence[Piece]) -> str:
    """A regular expression, alike in Java, RE2 and Joni, for words of ASCII that follow each other."""
    parts: list[str] = []
    for number, piece in enumerate(pieces):
        before, after = _known_of(piece)[0] in _GAPS, piece.stemmed or _known_of(piece)[-1] in _GAPS
        if number == 0:
            parts.append("" if before else _START)
        else:
            parts.append(_BETWEEN + (_REST if before else ""))
        parts.append(_word(_known_of(piece).strip(_GAPS)))
        if number < len(pieces) - 1:
            parts.append(_REST if after else "")
        else:
            parts.append("" if after else _END)
    return "".join(parts)


def _word(known: str) -> str:
    stretches = [_WITHIN.join(_either_case(char) for char in one) for one in re.split(r"[*?]+", known)]
    return _REST.join(stretches)


def _either_case(char: str) -> str:
    return f"[{char}{char.upper()}]" if char.isalpha() else char


def _known_of(piece: Piece) -> str:
    return shared(piece.folded) if piece.stemmed else piece.folded


def _letters(piece: Piece) -> str:
    return _known_of(piece).replace("*", "").replace("?", "")


def _posted(since: date | None, until: date | None, *, surely: bool) -> str:
    """Days of posting, a day wider on both sides (narrower where `surely`): engines differ in time zones.

    A version without a posting date was posted at the latest when it was observed.
    """
    step = -_DAY if surely else _DAY
    first, last = _moved(since, -step), _moved(until, step)
    bounds = [f"CAST(posted_at AS DATE) >= DATE '{first}'"] if first else []
    bounds += [f"CAST(posted_at AS DATE) <= DATE '{last}'"] if last else []
    dated = _all(bounds)
    if surely:
        return _known(dated) if since or until else "posted_at IS NOT NULL"
    undated = f"CAST(observed_at AS DATE) >= DATE '{first}'" if first else _TRUE
    return f"CASE WHEN posted_at IS NULL THEN {undated} ELSE {dated} END"


def _moved(day: date | None, by: timedelta) -> date | None:
    """A day later or earlier; the calendar's first and last stay."""
    if day is None or not date.min < day < date.max:
        return day
    return day + by


def _field(name: str, values: Sequence[str], *, surely: bool) -> str:
    if not all(_PLAIN.fullmatch(value) for value in values):
        return _FALSE if surely else _TRUE
    if name != "language":
        return _known(_in(name, values))
    code = "lower(replace(language, '_', '-'))"
    tests = [f"{code} {test}" for value in values for test in (f"= '{value}'", f"LIKE '{value}-%'")]
    return _any(_known(test) for test in tests)


def _in(column: str, values: Iterable[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


def _like(column: str, pattern: str) -> str:
    return _known(f"regexp_like({column}, '{pattern}')")


def _known(condition: str) -> str:
    return f"coalesce({condition}, FALSE)"


def _not(condition: str) -> str:
    return {_TRUE: _FALSE, _FALSE: _TRUE}.get(condition, f"NOT ({condition})")


def _all(conditions: Iterable[str]) -> str:
    return _joined("AND", conditions, nothing=_TRUE, settles=_FALSE)


def _any(conditions: Iterable[str]) -> str:
    return _joined("OR", conditions, nothing=_FALSE, settles=_TRUE)


def _joined(word: str, conditions: Iterable[str], *, nothing: str, settles: str) -> str:
    parts = [one for one in dict.fromkeys(conditions) if one != nothing]
    if settles in parts:
        return settles
    if len(parts) < 2:
        return parts[0] if parts else nothing
    return f"({f' {word} '.join(parts)})"
