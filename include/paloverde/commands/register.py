"""The registers of the policy: who may post, who approved an account, what was consented to. Nothing in them
is overwritten: a change files the entry again, and what was wrong is withdrawn with the reason.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from paloverde.bundles.pages import visible
from paloverde.commands.asking import actor
from paloverde.commands.office import opened
from paloverde.commands.signing import keeping, known_people, signed_in
from paloverde.desk.rights import Act
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.installation.watching import Watching
from paloverde.watch import sheet
from paloverde.watch.clauses import in_words
from paloverde.watch.posts.consent import given_by_mail
from paloverde.watch.register import Asked, Entered, Register, Shape
from paloverde.watch.registers import ALL, register_named
from paloverde.watch.registers.media import PHOTO_RELEASES
from paloverde.wording import by_whom, role_in_words, short_moment, some

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
    put.add_argument(
        "--counts-again", dest="again", action="store_true", help="of a withdrawn entry: it counts again"
    )
    put.add_argument("field", nargs="+", metavar="FIELD=VALUE", help="for a list, once for each line of it")
    put.add_argument(
        "--mail",
        type=Path,
        metavar="FILE.eml",
        help="of a photo release: the e-mail that documents the consent",
    )
    put.add_argument(
        "--file", type=Path, metavar="FILE", help="of a version of the policy: its file, which is kept"
    )
    keeping(put)
    import_ = actions.add_parser("import", help="file the rows of a table (CSV): all of them, or none")
    import_.add_argument("name")
    import_.add_argument("file", type=Path, metavar="FILE.csv")
    keeping(import_)
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
            who, role = _keeper(args)
            id_ = watch.put(
                args.name, _given(watch, args), who, args.id, role=role, again=args.again, file=args.file
            )
            print(f"Filed: {id_}.")
        case "import":
            read = watch.take_in(args.name, args.file.read_bytes(), *_keeper(args))
            there = f" {some(read.same, 'row')} said what stands there already." if read.same else ""
            print(f"{some(len(read.rows), 'entry', 'entries')} filed.{there}")
        case "export":
            _export(watch, args.name, args.out)
        case _:
            watch.withdraw(args.name, args.id, args.why, actor())
            print(f"Withdrawn: {args.id}. It stays readable, and counts no more.")
    return 0


def _keeper(args: argparse.Namespace) -> tuple[str, str]:
    """Who files it, and by which role: whoever has this shell has none, and states nothing that needs one."""
    register = register_named(args.name)
    if args.user is None:
        return actor(), ""
    person = signed_in(known_people(), args, Act.KEEP_REGISTERS)
    if person.role.value not in register.keepers:
        keepers = ", ".join(map(role_in_words, register.keepers))
        raise PersonNeeded(
            f"{register.title} is kept by: {keepers}. {person.username} is {person.role.words}. Nothing was "
            "filed."
        )
    # As the desk notes it, so that two people are told apart by their usernames (`moderation.approves`).
    return f"{person.name}, {person.role.value}, command line ({person.username})", person.role.value


def _registers(watch: Watching) -> Iterator[str]:
    for name, register in ALL.items():
        number = sum(1 for _ in watch.entries(name).all())
        by = f"By {in_words(register.clauses)}.\n{_GAP}" if register.clauses else ""
        held = some(number, "entry", "entries")
        yield f"{name}  {register.title}\n{_GAP}{by}{register.about}\n{_GAP}{held}."


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
    return f"{short_moment(one.at)}, by {by_whom(one.by)}:\n{_entry(register, one)}"


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
    meanings = [field.in_words(choice) for choice in field.choices if field.meanings]
    told = [f"{field.name}  {field.label} ({takes}{needed})", *filter(None, [field.help]), *meanings]
    return f"\n{_GAP}".join(told)


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
    _refuse_typed_file(register, given, args)
    if args.mail is not None:
        if register is not PHOTO_RELEASES:
            raise BadQuestion(f"An e-mail fills in a photo release, and nothing of {register.title}.")
        given = given_by_mail(args.mail.read_bytes()) | given
    if not args.id:
        return given
    return register.typed(watch.entries(args.name).one(args.id).entry) | given


def _refuse_typed_file(register: Register[Any], given: Mapping[str, str], args: argparse.Namespace) -> None:
    """A file is brought, so that what its SHA-256 stands for can be read; a table may bring that alone."""
    name = register.file_field
    if name in given and name:
        raise BadQuestion(f"{register.title}: bring the file itself with --file; nobody types its SHA-256.")
    if args.file is not None and not name:
        raise BadQuestion(f"{register.title} keeps no file.")
    if name and args.file is None and not args.id:
        raise BadQuestion(f"{register.title}: bring the file with --file; it is kept.")


def _export(watch: Watching, name: str, out: Path) -> None:
    entries = watch.entries(name)
    with out.open("xb") as file:
        file.writelines(sheet.lines(entries.register, entries.all()))
    print(f"Written to {out}.")
