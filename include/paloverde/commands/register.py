"""The registers of the policy: who may post, who approved an account, what was consented to. Nothing in them
is overwritten: a change files the entry again, and what was wrong is withdrawn with the reason.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from paloverde.bundles.pages import visible
from paloverde.commands.asking import actor
from paloverde.commands.office import opened
from paloverde.errors import BadQuestion
from paloverde.installation.watching import Watching
from paloverde.watch import sheet
from paloverde.watch.posts.consent import given_by_mail
from paloverde.watch.register import Asked, Entered, Register, Shape
from paloverde.watch.registers import ALL, register_named
from paloverde.watch.registers.media import PHOTO_RELEASES
from paloverde.wording import short_moment, some

_GAP = "  "


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="list the registers, and how many entries each has")
    show = actions.add_parser(
        "show", help="show the entries of a register, or all that one of them ever said"
    )
    show.add_argument("name")
    show.add_argument("id", nargs="?", default="")
    show.add_argument("--withdrawn", action="store_true", help="entries that were withdrawn, too")
    fields = actions.add_parser("fields", help="say what an entry of a register has, and how it is written")
    fields.add_argument("name")
    put = actions.add_parser("put", help="file an entry, or with --id change one: FIELD=VALUE for each field")
    put.add_argument("name")
    put.add_argument("--id", default="", help="the entry that is changed; what is not given stays as it was")
    put.add_argument("field", nargs="+", metavar="FIELD=VALUE", help="for a list, once for each line of it")
    put.add_argument(
        "--mail",
        type=Path,
        metavar="FILE.eml",
        help="of a photo release: the e-mail that documents the consent",
    )
    import_ = actions.add_parser("import", help="file the rows of a table (CSV): all of them, or none")
    import_.add_argument("name")
    import_.add_argument("file", type=Path, metavar="FILE.csv")
    export = actions.add_parser("export", help="write a register as such a table")
    export.add_argument("name")
    export.add_argument("--out", type=Path, required=True, metavar="FILE.csv")
    withdraw = actions.add_parser("withdraw", help="withdraw an entry; it stays readable")
    withdraw.add_argument("name")
    withdraw.add_argument("id")
    withdraw.add_argument("--why", required=True, metavar="WORDS", help="the reason")


def run(args: argparse.Namespace) -> int:
    if args.action == "fields":
        print("\n".join(map(_field, register_named(args.name).fields)))
        return 0
    watch = opened().watch
    match args.action:
        case "list":
            print("\n\n".join(_registers(watch)))
        case "show":
            print(visible("\n\n".join(_shown(watch, args))))
        case "put":
            id_ = watch.put(args.name, _given(watch, args), actor(), args.id)
            print(f"Filed: {id_}.")
        case "import":
            read = watch.take_in(args.name, args.file.read_bytes(), actor())
            there = f" {some(read.same, 'row')} said what stands there already." if read.same else ""
            print(f"{some(len(read.rows), 'entry', 'entries')} filed.{there}")
        case "export":
            _export(watch, args.name, args.out)
        case _:
            watch.withdraw(args.name, args.id, args.why, actor())
            print(f"Withdrawn: {args.id}. It stays readable, and counts no more.")
    return 0


def _registers(watch: Watching) -> Iterator[str]:
    for name, register in ALL.items():
        number = sum(1 for _ in watch.entries(name).all())
        clauses = ", ".join(register.clauses)
        held = some(number, "entry", "entries")
        yield f"{name}  {register.title} ({clauses})\n{_GAP}{register.about}\n{_GAP}{held}."


def _shown(watch: Watching, args: argparse.Namespace) -> Sequence[str]:
    entries = watch.entries(args.name)
    if args.id:
        found = entries.history(args.id)
        return [_paper(entries.register, one) for one in found] or [
            _entry(entries.register, entries.one(args.id))
        ]
    nothing = (
        f"{entries.register.title} has no entry yet. `paloverde register fields {args.name}` says what one "
        f"takes, and `paloverde register put {args.name}` files it."
    )
    return [_entry(entries.register, one) for one in entries.all(withdrawn=args.withdrawn)] or [nothing]


def _paper(register: Register[Any], one: Entered[Any]) -> str:
    return f"{short_moment(one.at)}, by {one.by}:\n{_entry(register, one)}"


def _entry(register: Register[Any], one: Entered[Any]) -> str:
    typed = register.typed(one.entry)
    lines = [one.id + (f"  (withdrawn: {one.withdrawn})" if one.withdrawn else "")]
    for field in register.fields:
        if typed[field.name]:
            told = typed[field.name].replace("\n", f"\n{_GAP * 2}")
            lines.append(f"{_GAP}{field.label}: {told}")
    return "\n".join(lines)


def _field(field: Asked) -> str:
    takes = f"one of: {', '.join(field.choices)}" if field.choices else field.shape.value
    needed = ", needed" if field.is_required else ""
    return f"{field.name}  {field.label} ({takes}{needed})" + (f"\n{_GAP}{field.help}" if field.help else "")


def _given(watch: Watching, args: argparse.Namespace) -> dict[str, str]:
    """What was typed; of an entry that is changed, with what it said before for what was not."""
    given: dict[str, str] = {}
    register = register_named(args.name)
    lists = {field.name for field in register.fields if field.shape is Shape.LIST}
    for one in args.field:
        name, is_, value = one.partition("=")
        if not is_:
            raise BadQuestion(
                f"{one!r} is no field: write FIELD=VALUE, such as {register.fields[0].name}=VALUE."
            )
        if name in given and name not in lists:
            raise BadQuestion(f"{name} is given twice, and takes one value.")
        given[name] = f"{given[name]}\n{value}" if name in given else value
    if args.mail is not None:
        if register is not PHOTO_RELEASES:
            raise BadQuestion(f"An e-mail fills in a photo release, and nothing of {register.title}.")
        given = given_by_mail(args.mail.read_bytes()) | given
    if not args.id:
        return given
    return register.typed(watch.entries(args.name).one(args.id).entry) | given


def _export(watch: Watching, name: str, out: Path) -> None:
    entries = watch.entries(name)
    with out.open("xb") as file:
        file.writelines(sheet.lines(entries.register, entries.all()))
    print(f"Written to {out}.")
