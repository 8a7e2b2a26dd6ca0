"""A register as a table for a spreadsheet, and such a table as entries. Pure.

The first column names the entry; where it is empty, the row is a new one. The others are the fields of the
register, by the words that its form has for them. Of an entry that is changed, what the table has no column
for stays as it was; an empty cell takes away what stood there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

from paloverde.bundles.tables import cell
from paloverde.errors import BadQuestion
from paloverde.watch.register import Entered, Register
from paloverde.wording import ended, some

ENTRY = "Entry"
_FAULTS = 12  # that a sentence names
_MOST_ROWS = 5_000


class Row(NamedTuple):
    """One row that says something new: `entry` is the id of what it changes, "" for a new one; `after` is
    the number of the paper that it was compared with.
    """

    line: int
    given: Mapping[str, str]
    entry: str = ""
    after: int | None = None


class Sheet(NamedTuple):
    """What a table asks to be filed, and how many of its rows say what stands in the register already."""

    rows: Sequence[Row]
    same: int


def lines(register: Register[Any], entries: Iterable[Entered[Any]]) -> Iterator[bytes]:
    """The register as CSV (RFC 4180 with a byte order mark). No cell is taken for a formula."""
    yield "\ufeff".encode() + line((ENTRY, *(field.label for field in register.fields)))
    for one in entries:
        typed = register.typed(one.entry)
        yield line([one.id, *(typed[field.name] for field in register.fields)])


def line(cells: Iterable[str]) -> bytes:
    """A row of a table that a spreadsheet opens: what it could take for a formula has an apostrophe."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow([cell(one) for one in cells])
    return text.getvalue().encode("utf-8", "replace")


def read(register: Register[Any], body: bytes, known: Mapping[str, Entered[Any]]) -> Sheet:
    """What of a table is new beside the entries that stand in the register.

    `BadQuestion` names each row that is wrong, by its line; then nothing of the table is to be filed.
    """
    found, faults, same, named = list[Row](), list[str](), 0, set[str]()
    for number, names, texts in _rows(register, body):
        try:
            cells = _cells(names, texts)
            row, name = _row(register, number, cells, known), _name(register, cells, named)
        except BadQuestion as error:
            faults.append(fault(register, number, error))
            continue
        if row is None:
            same += 1
        else:
            found.append(row)
        named |= {name} - {""}
    refuse(faults)
    return Sheet(found, same)


def fault(register: Register[Any], line_number: int, why: BadQuestion) -> str:
    """What is wrong in a row, by the line on which it begins."""
    return f"Line {line_number}: {str(why).removeprefix(f'{register.title}: ')}"


def refuse(faults: Sequence[str]) -> None:
    """Raise `BadQuestion` where rows are wrong, which names the first of them."""
    if faults:
        rest = len(faults) - _FAULTS
        more = f" And in {some(rest, 'more line', 'more lines')}." if rest > 0 else ""
        raise BadQuestion(f"Nothing was filed. {' '.join(map(ended, faults[:_FAULTS]))}{more}")


def broken_off(row: Row, before: int, why: Exception) -> str:
    """Why a table was not filed to its end, and what of it is filed."""
    filed = f"{some(before, 'row')} before it {'is' if before == 1 else 'are'} filed. " if before else ""
    return (
        f"Line {row.line} was not filed, nor any after it: {why} {filed}Mend it, and bring the whole table "
        "again: what is filed already is not filed twice."
    )


def _name(register: Register[Any], cells: Mapping[str, str], named: Collection[str]) -> str:
    """What a row names the entry that it is about; "" for a new one that is numbered."""
    name = cells.get(register.named_by or ENTRY, cells.get(ENTRY, "")).strip()
    if name in named:
        raise BadQuestion(f"{name} stands in another line already.")
    return name


def _row(
    register: Register[Any], number: int, cells: Mapping[str, str], known: Mapping[str, Entered[Any]]
) -> Row | None:
    """A row; None where it says what stands there."""
    given = {name: text for name, text in cells.items() if name != ENTRY}
    id_ = _changed(register, cells, known)
    if not id_:
        register.entered(given)
        return Row(number, given)
    before = known[id_]
    given = register.typed(before.entry) | given
    return None if before.entry == register.entered(given) else Row(number, given, id_, before.number)


def _changed(register: Register[Any], cells: Mapping[str, str], known: Mapping[str, Entered[Any]]) -> str:
    """The id of the entry that a row changes; "" for a new one."""
    id_ = cells.get(ENTRY, "").strip()
    if register.named_by in cells:
        named = cells[register.named_by].strip()
        if id_ and named and id_ != named:
            raise BadQuestion(f"{id_} keeps its name: leave “{ENTRY}” empty for a new entry.")
        return named if named in known else ""
    if id_ and id_ not in known:
        raise BadQuestion(f"there is no entry {id_}: leave “{ENTRY}” empty for a new one.")
    return id_


def _cells(names: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    """The cells of a row by their fields. `BadQuestion` where one stands beside all columns."""
    pairs = zip_longest(names, texts, fillvalue="")
    if beside := next((text for name, text in pairs if not name and text.strip()), ""):
        raise BadQuestion(f"“{beside[:60]}” stands in no column that has a heading.")
    return {name: _plain(text) for name, text in zip(names, texts, strict=False) if name}


def _rows(register: Register[Any], body: bytes) -> Iterator[tuple[int, list[str], list[str]]]:
    """The rows below the heading, each with the line on which it begins, and the fields of the columns."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadQuestion("The table is not UTF-8: save it as “CSV UTF-8”, and bring it again.") from None
    heading = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=heading.count))
    try:
        names, began = _names(register, next(rows, [])), rows.line_num
        for count, cells in enumerate(rows):
            if count >= _MOST_ROWS:
                raise BadQuestion(f"A table holds {_MOST_ROWS:,} rows at the most: bring it in parts.")
            if any(one.strip() for one in cells):
                yield began + 1, names, cells
            began = rows.line_num
    except csv.Error as error:
        raise BadQuestion(f"The table cannot be read after line {rows.line_num}: {error}.") from None


def _names(register: Register[Any], heading: Sequence[str]) -> list[str]:
    """The fields that the columns hold, by their words or their names."""
    known = {"": "", ENTRY.lower(): ENTRY}
    for field in register.fields:
        known |= {field.name.lower(): field.name, field.label.lower(): field.name}
    told = [" ".join(one.split()).lower() for one in heading]
    if strange := [one for one, name in zip(heading, told, strict=True) if name not in known]:
        columns = ", ".join(f"“{field.label}”" for field in register.fields)
        raise BadQuestion(f"The table has a column “{strange[0][:60]}”, which is none of: {columns}.")
    names = [known[one] for one in told]
    if not any(names):
        raise BadQuestion("The table is empty: its first line has the words of the columns.")
    if twice := [name for name in names if name and names.count(name) > 1]:
        raise BadQuestion(f"Two columns of the table are “{twice[0]}”: take one of them out.")
    return names


def _plain(text: str) -> str:
    """A cell without the apostrophe that keeps it from being a formula, and with line ends of one kind."""
    text = text[1:] if text.startswith("'") and cell(text[1:]) == text else text
    return text.replace("\r\n", "\n").replace("\0", "")
