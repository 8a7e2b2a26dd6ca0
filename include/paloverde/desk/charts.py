"""Small charts: how high and where the bars of a row of numbers stand. Pure; `parts` of templates draw them.

Each chart stands beside a table of the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

WIDTH, HEIGHT = 640, 120
_MOST_BARS = 160
UNDATED = "undated"


class Bar(NamedTuple):
    label: str
    number: int
    x: float
    y: float
    width: float
    height: float


class Chart(NamedTuple):
    """Bars over time, without a hole where nothing was; `of` says what each stands for: month or year."""

    of: str
    bars: list[Bar]
    most: int
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def sentence(self) -> str:
        """What the chart shows, for whoever does not see it."""
        highest = max(self.bars, key=lambda bar: bar.number)
        span = f"from {self.bars[0].label} to {self.bars[-1].label}"
        return f"Hits by {self.of} {span}; the most, {highest.number:,}, in {highest.label}."


def over_time(per_month: Mapping[str, int]) -> Chart | None:
    """The months of an answer as bars, of many the years; None where there is nothing to compare."""
    dated = {month: number for month, number in per_month.items() if month != UNDATED}
    if len(dated) < 2:
        return None
    first, last = _index(min(dated)), _index(max(dated))
    if last - first < _MOST_BARS:
        rows = [(label := _month(at), dated.get(label, 0)) for at in range(first, last + 1)]
        return _chart("month", rows)
    years: dict[str, int] = {}
    for month, number in dated.items():
        years[month[:4]] = years.get(month[:4], 0) + number
    span = list(_years(years))
    return _chart("year", span) if 1 < len(span) <= _MOST_BARS else None


def shares(numbers: Mapping[str, int]) -> list[Bar]:
    """Bars that lie in the rows of a table, as long as each number is beside the largest."""
    most = max(numbers.values(), default=0) or 1
    return [
        Bar(label, number, 0, 0, round(150 * number / most, 1), 12)
        for label, number in sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _chart(of: str, rows: list[tuple[str, int]]) -> Chart:
    most, step = max(number for _, number in rows) or 1, WIDTH / len(rows)
    bars = []
    for at, (label, number) in enumerate(rows):
        height = round(HEIGHT * number / most, 1)
        bars.append(
            Bar(label, number, round(at * step, 1), round(HEIGHT - height, 1), round(step * 0.8, 1), height)
        )
    return Chart(of, bars, most)


def _years(years: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    for year in range(int(min(years)), int(max(years)) + 1):
        label = f"{year:04}"
        yield label, years.get(label, 0)


def _index(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _month(index: int) -> str:
    return f"{index // 12:04}-{index % 12 + 1:02}"
