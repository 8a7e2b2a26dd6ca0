"""The policy clause by clause: which checks serve it, what a person must do, what is left, what nobody can.

`python -m paloverde.watch.clauses` prints it as the reference page docs/reference/policy.md.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import msgspec

from paloverde.watch.checks import CHECKS, REPORTS
from paloverde.watch.registers import ALL
from paloverde.wording import several

_FILE = Path(__file__).with_name("clauses.toml")
_PAGE = """\
# The policy clause by clause

Made by `make docs` from `include/paloverde/watch/clauses.toml` and from the checks that exist; edit there.
The policy is that of the City of Palm Desert, California; its sections are counted in its text. A row is
**served** where every check, report, register or module that it names exists, with a test, and nothing of it
is left; **served in part** where something is left that this program could do and does not; **for a person**
where no software may decide; else **not yet**. A *limit* is what no program can do, with the reason: what a
site tells nobody, what only people know, what the law leaves to people. Rows that begin with P are numbered
as in the City's list of duties; those with C are duties of the policy that have no number there.

{sums}

| | Section | The policy says | Stands | How, by what, and what is left |
|---|---|---|---|---|
{rows}
"""


class Standing(StrEnum):
    """How a clause is served."""

    SERVED = "served"
    PARTLY = "served in part"
    PERSON = "for a person"
    NOT_YET = "not yet"


class Clause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the table. `by` names what serves it as `check:`, `report:`, `register:` or `module:`."""

    id: str
    section: str
    quote: str
    says: str = ""
    by: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    left: str = ""  # what this program could do and does not
    limit: str = ""  # what no program can do, and why
    person: str = ""

    @property
    def lacks(self) -> tuple[str, ...]:
        """What it names and what does not exist."""
        return tuple(name for name in self.by if not _exists(name))

    @property
    def standing(self) -> Standing:
        """Derived from what exists, never written down."""
        if self.by and not self.lacks:
            return Standing.PARTLY if self.left else Standing.SERVED
        return Standing.PERSON if self.person and not self.by else Standing.NOT_YET

    def named(self, what: str) -> tuple[str, ...]:
        """The checks (or reports, registers, modules) that it names."""
        return tuple(name.partition(":")[2] for name in self.by if name.startswith(f"{what}:"))


@cache
def clauses() -> tuple[Clause, ...]:
    """Every clause, in the order of the policy's table."""
    with _FILE.open("rb") as file:
        told = tomllib.load(file)
    return tuple(msgspec.convert({"id": id_, **row}, Clause) for id_, row in told.items())


def in_words(ids: Iterable[str]) -> str:
    """Clauses as a sentence names them: policy V.A.11 (row P-22)."""
    sections = {clause.id: clause.section for clause in clauses()}
    return ", ".join(f"policy {sections[one]} (row {one})" if one in sections else one for one in ids)


def reference() -> str:
    """The page, in Markdown."""
    counted = Counter(clause.standing for clause in clauses())
    sums = several([f"{counted[standing]} {standing.value}" for standing in Standing if counted[standing]])
    rows = "\n".join(_row(clause) for clause in clauses())
    return _PAGE.format(sums=f"Of {len(clauses())} clauses: {sums}.", rows=rows)


def _row(clause: Clause) -> str:
    cells = [clause.id, clause.section, f"“{clause.quote}”", f"**{clause.standing.value}**"]
    return f"| {' | '.join([*(_cell(cell) for cell in cells), ' '.join(_told(clause))])} |"


def _told(clause: Clause) -> Iterator[str]:
    if clause.says:
        yield _cell(clause.says)
    if clause.left:
        yield f"*Left:* {_cell(clause.left)}"
    if clause.limit:
        yield f"*Limit:* {_cell(clause.limit)}"
    if clause.person:
        yield f"*A person:* {_cell(clause.person)}"
    if clause.by:
        yield f"*By:* {', '.join(f'`{name}`' for name in clause.by)}."
    if clause.tests:
        yield f"*Shown by:* {', '.join(f'`{test}`' for test in clause.tests)}."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _exists(name: str) -> bool:
    what, _, of = name.partition(":")
    match what:
        case "check":
            return of in CHECKS
        case "report":
            return of in REPORTS
        case "register":
            return of in ALL
        case "module":
            return find_spec(of) is not None
    return False


if __name__ == "__main__":
    print(reference(), end="")
