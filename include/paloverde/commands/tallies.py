"""The counts of an answer as lines for a terminal. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from paloverde.search.counts import Counts

_MOST_MONTHS, _WIDEST = 36, 40


def counted(counts: Counts) -> Iterator[str]:
    """Hits by word, account, kind and month; what has one row only is told by the sentence already."""
    tables = (
        ("with each word or phrase", {f"“{term}”": number for term, number in counts.per_term.items()}),
        ("by account", counts.per_account),
        ("by kind", counts.per_kind),
        _over_time(counts.per_month),
    )
    for title, table in tables:
        if len(table) > 1:
            yield ""
            yield f"Versions {title}:"
            yield from _rows(table)


def _over_time(per_month: Mapping[str, int]) -> tuple[str, Mapping[str, int]]:
    """By month, or by year where there are many."""
    if len(per_month) <= _MOST_MONTHS:
        return "by month of posting (Pacific)", per_month
    years: Counter[str] = Counter()
    for month, number in per_month.items():
        years[month.partition("-")[0]] += number
    return "by year of posting (Pacific)", years


def _rows(table: Mapping[str, int]) -> Iterator[str]:
    """Name, number, and a bar that is as long as the number's part of the greatest."""
    wide = max(len(name) for name in table)
    numbers = {name: f"{number:,}" for name, number in table.items()}
    high, most = max(map(len, numbers.values())), max(*table.values(), 1)
    for name, number in table.items():
        bar = "#" * -(-number * _WIDEST // most)
        yield f"  {name:<{wide}}  {numbers[name]:>{high}}  {bar}".rstrip()
