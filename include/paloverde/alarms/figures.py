"""The figures that monitoring draws: each with its name, its unit and what it means. Data, and pure.

Names follow Prometheus' practice: the unit in the name, `_total` for what only grows. A label holds the name
of a site, of a kind or of a place of ours: never that of an account or a person, and no word of a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

PREFIX = "paloverde_"


class Figure(NamedTuple):
    """One figure. `unit` is Grafana's word for it; `panel` the title under which it is drawn, `draw` how.

    In `draw`, `{name}` stands for the figure's whole name; "" draws its value.
    """

    name: str
    kind: str  # gauge or counter
    help: str
    unit: str
    panel: str
    labels: tuple[str, ...] = ()
    draw: str = ""

    @property
    def full(self) -> str:
        return PREFIX + self.name

    @property
    def query(self) -> str:
        """What Prometheus is asked for, to draw it."""
        return (self.draw or "{name}").format(name=self.full)


FIGURES: tuple[Figure, ...] = (
    Figure("up", "gauge", "1 where the archive could be opened and asked.", "bool_on_off",
           "The archive answers"),
    Figure("alerts", "gauge", "What needs somebody, as the last round of alerts saw it.", "none",
           "What needs somebody", ("level",)),
    Figure("alert_round_age_seconds", "gauge", "Time since the last round of alerts.", "s",
           "Since the last round of alerts"),
    Figure("night_age_seconds", "gauge",
           "Time since the end of the newest complete night's day, of the account that is most behind.", "s",
           "Since the last complete night", ("platform",)),
    Figure("token_days_left", "gauge", "Days until the first access to an account ends.", "d",
           "Days until a token ends", ("platform",)),
    Figure("record_versions_total", "counter", "Versions of records that stand sealed.", "ops",
           "Records a second", ("platform",), "sum by (platform) (rate({name}[15m]))"),
    Figure("runs_total", "counter", "Runs that are sealed.", "none", "Runs in a day", ("kind",),
           "sum by (kind) (increase({name}[1d]))"),
    Figure("gaps_open", "gauge", "What runs could not get, and no later run had in full.", "none",
           "Open gaps", ("platform",)),
    Figure("absent_items", "gauge", "Items that no list shows any more and no look-up has settled.", "none",
           "Items to be looked up", ("platform",)),
    Figure("unsealed_run_age_seconds", "gauge", "Age of the oldest run that is not sealed; 0 without one.",
           "s", "Oldest run not sealed"),
    Figure("api_units_left", "gauge", "Units of a site's daily budget that are left, of whoever has least.",
           "none", "API units left today", ("platform", "budget")),
    Figure("index_missing_objects", "gauge", "Sealed objects that the search index lacks.", "none",
           "Objects not in the index"),
    Figure("index_lag_seconds", "gauge", "Age of the oldest run that the search index lacks; 0 without one.",
           "s", "The index is behind"),
    Figure("stored_bytes", "gauge", "Bytes of all objects of the archive.", "bytes", "Stored bytes",
           ("copy",)),
    Figure("stored_objects", "gauge", "Objects of the archive.", "none", "Stored objects", ("copy",)),
    Figure("damaged_objects", "gauge", "Objects that were not whole when last read.", "none",
           "Damaged objects"),
    Figure("unread_objects", "gauge", "Objects longer unread than the settings allow.", "none",
           "Objects overdue for a check"),
    Figure("ledger_entries_total", "counter", "Entries of the ledger.", "none",
           "Ledger entries in an hour", (), "increase({name}[1h])"),
    Figure("requests_open", "gauge", "Records requests that are open.", "none", "Open requests"),
    Figure("requests_overdue", "gauge", "Open requests past their date.", "none", "Overdue requests"),
    Figure("reviews_waiting", "gauge", "Reviews that are not signed.", "none", "Reviews waiting"),
    Figure("findings_waiting", "gauge", "Findings of the policy watch that nobody has answered.", "none",
           "Findings waiting"),
    Figure("holds_incomplete", "gauge", "Holds in force that not all they keep was seen to bear.", "none",
           "Holds not complete"),
    Figure("disk_free_bytes", "gauge", "Free room on the disk of a folder.", "bytes", "Free room",
           ("folder",)),
    Figure("gathering_seconds", "gauge", "How long these figures took to gather.", "s", "Time to gather"),
)  # fmt: skip
BY_NAME: Mapping[str, Figure] = {figure.name: figure for figure in FIGURES}


class Sample(NamedTuple):
    """A value of a figure, with the values of its labels in their order."""

    name: str
    value: float
    labels: tuple[str, ...] = ()


def exposition(samples: Iterable[Sample]) -> str:
    """The text that Prometheus reads (exposition format 0.0.4); figures without a sample are left out."""
    found: dict[str, list[Sample]] = {}
    for sample in samples:
        found.setdefault(sample.name, []).append(sample)
    return "".join(f"{line}\n" for figure in FIGURES for line in _lines(figure, found.get(figure.name, [])))


def _lines(figure: Figure, samples: Iterable[Sample]) -> Iterator[str]:
    rows = [f"{figure.full}{_labels(figure, sample)} {_number(sample.value)}" for sample in samples]
    if rows:
        yield f"# HELP {figure.full} {figure.help}"
        yield f"# TYPE {figure.full} {figure.kind}"
        yield from rows


def _labels(figure: Figure, sample: Sample) -> str:
    pairs = zip(figure.labels, sample.labels, strict=True)
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in pairs)
    return f"{{{inside}}}" if inside else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
