"""The questions of `make bench ARGS=search`, each as every engine asks it; None where an engine cannot.

A SQL condition is over the columns `said` and `described` (folded: lower case, accents off), `accented`
(lower case), `account`, `poster`, `posted` and `observed` (microseconds) and `media`. What ripgrep looks for
stands in lines of JSON whose last member `said` holds the texts.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

_PACIFIC = ZoneInfo("America/Los_Angeles")
_LETTER, _NONE = r"[\p{L}\p{N}]", r"[^\p{L}\p{N}]"
# What may stand between two words that are w/5. Here only signs of ASCII part words: with classes of Unicode
# the automaton of these expressions grows until DuckDB and ripgrep crawl.
_PARTING, _OTHER = r"[\x00-/:-@\[-`{-\x7f]", r"[0-9A-Za-z\x{80}-\x{10ffff}]"
_SOME = rf"(?:{_PARTING}+{_OTHER}+){{0,4}}{_PARTING}+"


class Grep(NamedTuple):
    """One step of a pipe of ripgreps."""

    pattern: str
    inverted: bool = False


class Question(NamedTuple):
    """`sql` for a scan; `match` and `glob` for FTS5 (a query, or a pattern of its words) with `where`."""

    title: str
    ours: str
    sql: str | None = None
    match: str | None = None
    glob: str | None = None
    where: str | None = None
    grep: tuple[Grep, ...] | None = None


def _in(pattern: str) -> str:
    """SQL: a pattern in what was said, or in the description of a picture."""
    return f"(regexp_matches(said, '{pattern}') OR regexp_matches(described, '{pattern}'))"


def _word(word: str) -> str:
    return rf"(?:^|{_NONE}){word}(?:$|{_NONE})"


def _said(pattern: str) -> Grep:
    return Grep(f'"said":.*{pattern}')


def _days(first: date, after: date) -> str:
    """SQL: posted on these Pacific days, or without a date and not seen before the first."""
    since, until = (
        int(datetime(day.year, day.month, day.day, tzinfo=_PACIFIC).timestamp()) * 1_000_000
        for day in (first, after)
    )
    return f"(posted >= {since} AND posted < {until} OR posted IS NULL AND observed >= {since})"


def _of_word(title: str, word: str) -> Question:
    return Question(title, word, _in(_word(word)), match=word, grep=(_said(rf"\b{word}\b"),))


def _of_phrase(title: str, *words: str) -> Question:
    said = " ".join(words)
    side_by_side = f"{_NONE}+".join(words)
    grep = (_said(rf"\b{side_by_side}\b"),)
    return Question(title, f'"{said}"', _in(_word(side_by_side)), match=f'"{said}"', grep=grep)


def _of_near(title: str, one: str, other: str) -> Question:
    both = f"{one}{_SOME}{other}|{other}{_SOME}{one}"
    return Question(
        title,
        f"{one} w/5 {other}",
        f"{_in(_word(one))} AND {_in(_word(other))} AND {_in(_word(f'(?:{both})'))}",
        match=f"NEAR({one} {other}, 4)",
        grep=(_said(rf"\b(?:{both})\b"),),
    )


_YEAR = _days(date(2024, 1, 1), date(2025, 1, 1))
_MONTH = _days(date(2024, 3, 1), date(2024, 4, 1))

QUESTIONS = (
    _of_word("rare word", "nofea"),
    _of_word("common word", "pothole"),
    _of_word("very common word", "the"),
    _of_phrase("phrase", "street", "sweeping"),
    _of_phrase("phrase of stop words", "to", "the", "city"),
    _of_phrase("two stop words", "of", "the"),
    Question(
        "AND",
        "parking permit",
        f"{_in(_word('parking'))} AND {_in(_word('permit'))}",
        match="parking AND permit",
        grep=(_said(r"\bparking\b"), _said(r"\bpermit\b")),
    ),
    Question(
        "OR",
        "pothole OR ordinance",
        _in(_word("(?:pothole|ordinance)")),
        match="pothole OR ordinance",
        grep=(_said(r"\b(?:pothole|ordinance)\b"),),
    ),
    Question(
        "NOT",
        "parking NOT street",
        f"{_in(_word('parking'))} AND NOT {_in(_word('street'))}",
        match="parking NOT street",
        grep=(_said(r"\bparking\b"), Grep(r'"said":.*\bstreet\b', inverted=True)),
    ),
    Question("prefix", "park*", _in(rf"(?:^|{_NONE})park"), match="park*", grep=(_said(r"\bpark"),)),
    Question("suffix", "*gate", _in(rf"gate(?:$|{_NONE})"), glob="*gate", grep=(_said(r"gate\b"),)),
    Question("infix", "*lega*", _in("lega"), glob="*lega*", grep=(_said("lega"),)),
    Question(
        "one letter open",
        "colo?r",
        _in(_word(f"colo{_LETTER}r")),
        glob="colo?r",
        grep=(_said(rf"\bcolo{_LETTER}r\b"),),
    ),
    _of_near("w/5, rare", "pothole", "complaint"),
    _of_near("w/5, frequent", "the", "city"),
    _of_near("w/5, middling", "park", "street"),
    Question("w/50, frequent", "the w/50 of"),
    Question("phrase near a word", '"of the" w/5 city'),
    Question("nested w/5", "(the w/5 city) w/5 of"),
    Question("nested w/5, deep", "((the w/5 city) w/5 of) w/5 to"),
    Question("w/5 in one account", "account:facebook-parks the w/5 city"),
    Question("letter anywhere", "*a*", _in("a"), grep=(_said("a"),)),
    Question("letters w/5", "*a* w/5 *e*"),
    Question("poster, letter", "poster:*a*"),
    Question(
        "poster and days",
        'poster:"Noowemoo Raibrooru" in:2024',
        f"lower(poster) = 'noowemoo raibrooru' AND {_YEAR}",
        where=f"r.poster = 'Noowemoo Raibrooru' AND {_YEAR}",
        grep=(Grep('"poster":"Noowemoo Raibrooru"'), Grep('"day":"2024-')),
    ),
    Question(
        "account, month, word",
        "account:facebook-parks in:2024-03 water",
        f"account = 'facebook-parks' AND {_MONTH} AND {_in(_word('water'))}",
        match="water",
        where=f"r.account = 'facebook-parks' AND {_MONTH}",
        grep=(Grep('"account":"facebook-parks"'), Grep('"day":"2024-03-'), _said(r"\bwater\b")),
    ),
    Question("has:media", "has:media", "media > 0", where="r.media > 0", grep=(Grep('"media":1'),)),
    Question(
        "in a link",
        "link:gate",
        rf"regexp_matches(said, 'https?://\S*{_NONE}gate(?:{_NONE}|$)')",
        grep=(_said(r'https?://[^ "]*\bgate\b'),),
    ),
    Question("stem", "run~"),
    Question(
        "accents folded",
        "noticillo",
        _in(_word("noticillo")),
        match="noticillo",
        grep=(_said(r"\bnoticillo\b"),),
    ),
    Question(
        "accents exact",
        "=nóticíllo",
        f"regexp_matches(accented, '{_word('nóticíllo')}')",
        grep=(_said(r"\bnóticíllo\b"),),
    ),
    Question("Chinese", "埑井", _in("埑井"), match='"埑井"', grep=(_said("埑井"),)),
    Question("emoji", "👍", _in("👍"), grep=(_said("👍"),)),
    Question("everything", "*", "true", where="true", grep=()),
)
