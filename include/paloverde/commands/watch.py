"""The checks of the policy: what they found, and what people say of it. A check never acts: it says what it
found, in which words, by which clause, and what a person may do. What hides is a rule (`watch_hiding`).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from paloverde.bundles.pages import visible
from paloverde.commands import watch_hiding
from paloverde.commands.asking import actor
from paloverde.commands.office import day, opened, today
from paloverde.errors import BadQuestion
from paloverde.installation.watching import Watching
from paloverde.watch import sheet
from paloverde.watch.check import Check
from paloverde.watch.clauses import in_words
from paloverde.watch.findings import Standing, State, Verdict
from paloverde.watch.report import Table
from paloverde.wording import by_whom, role_in_words, short_moment, some

_MONTH = timedelta(days=30)
_GAP = "  "
_NOTHING_YET = (
    "No check has found anything yet. On a new archive, or after `paloverde rebuild`, that says nothing "
    "before a round: `paloverde watch round`, and for older records `paloverde watch again --since DATE`."
)


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("round", help="look at what was sealed since the last round, as the nightly task does")
    again = actions.add_parser("again", help="show checks older records, after a check is new or has changed")
    again.add_argument("check", nargs="*", help="these checks (default: all)")
    again.add_argument(
        "--since", type=day, required=True, metavar="DATE", help="what was archived on this day and after"
    )
    _looking(actions)
    answer = actions.add_parser("answer", help="say what a finding was; the last answer counts")
    answer.add_argument("id")
    answer.add_argument("verdict", choices=[one.value for one in Verdict], metavar="acted|right|wrong")
    answer.add_argument("--said", default="", metavar="WORDS", help="what was done, or why it is wrong")
    actions.add_parser("checks", help="list the checks: what each looks at, by which clause, what waits")
    report = actions.add_parser("report", help="make a report; without a name, list those there are")
    report.add_argument("name", nargs="?", default="")
    report.add_argument("--since", type=day, metavar="DATE", help="from this archive day (30 days before)")
    report.add_argument("--until", type=day, metavar="DATE", help="to this archive day (default: today)")
    report.add_argument("--csv", type=Path, metavar="FILE", help="write the table for a spreadsheet")
    actions.add_parser("precision", help="how often each check was right, by the samples that people judged")
    sample = actions.add_parser("sample", help="list what of a check is to be judged this month")
    sample.add_argument("check")
    _whose(sample)
    watch_hiding.arguments(actions)


def _looking(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    list_ = actions.add_parser("list", help="list findings, the most urgent first")
    list_.add_argument("--check", default="", help="only of this check")
    list_.add_argument("--account", default="", metavar="SLUG", help="only of this account")
    list_.add_argument("--all", action="store_true", help="answered and ended ones, too")
    list_.add_argument("--limit", type=int, default=50, metavar="NUMBER", help="so many (default: 50)")
    list_.add_argument("--after", default="", metavar="ID", help="go on after this one")
    _whose(list_)
    show = actions.add_parser("show", help="show a finding, whole")
    show.add_argument("id")
    show.add_argument(
        "--because", default="", metavar="WORDS", help="why you look at a private record; the ledger keeps it"
    )
    show.add_argument("--counsel", action="store_true", help="one that is for counsel alone, too")


def _whose(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--private", action="store_true", help="also findings about private records, without their words"
    )
    parser.add_argument("--counsel", action="store_true", help="also findings that are for counsel alone")


def run(args: argparse.Namespace) -> int:
    city = opened()
    watch = city.watch
    if getattr(args, "account", ""):
        city.account(args.account)
    if args.action in watch_hiding.ACTIONS:
        return watch_hiding.run(city, args)
    match args.action:
        case "round" | "again":
            return _round(watch, args)
        case "list":
            print(_list(watch, args))
        case "show":
            print(_show(watch, args))
        case "answer":
            watch.answer(args.id, args.verdict, args.said, actor())
            print(f"Filed: {args.id} was {Verdict(args.verdict).in_words}.")
        case "checks":
            print("\n\n".join(_checks(watch)) or "There is no check yet.")
        case "report":
            print(_report(watch, args))
        case "precision":
            print(
                "\n\n".join(
                    f"{one.check}, version {one.version}: {one.sentence()}" for one in watch.precision()
                )
            )
        case _:
            print(_sample(watch, args))
    return 0


def _round(watch: Watching, args: argparse.Namespace) -> int:
    """What a round did; 1 where a check failed."""
    if args.action == "round":
        done = watch.round(print)
    else:
        done = watch.again(args.check, args.since, print, actor())
    print(done.sentence())
    return 1 if done.troubles else 0


def _list(watch: Watching, args: argparse.Namespace) -> str:
    state = "" if args.all else State.OPEN.value
    found = watch.findings(
        check=args.check, account=args.account, state=state, private=args.private, privileged=args.counsel,
        limit=args.limit, after=args.after,
    )  # fmt: skip
    beside = [*_left_out(watch, args)]
    told = [_line(one) for one in found] or [_nothing(watch, args, is_all=not beside)]
    if len(found) == args.limit:
        told.append(f"More may follow: --after {found[-1].id}")
    return "\n\n".join([*told, *beside])


def _nothing(watch: Watching, args: argparse.Namespace, *, is_all: bool) -> str:
    """What is said in place of findings. `is_all`: none is open that was not asked for."""
    if args.after:
        return "There is no more."
    if not watch.counts(private=True, privileged=True):
        return _NOTHING_YET
    of = "of this account " if args.account else ""
    of = f"of this check {of}" if args.check else of
    if args.all:
        return f"There is no finding {of}".rstrip() + "."
    if of:
        return f"No finding {of}is open."
    return "Nothing waits." if is_all else "Nothing waits that may be shown to everybody."


def _left_out(watch: Watching, args: argparse.Namespace) -> Iterator[str]:
    """What else is open, and was not asked for: a request for records may wait in a private message."""
    if args.account or args.after:
        return
    asked = _open(watch, args.check, private=args.private, privileged=args.counsel)
    for option, about, with_these in (
        ("--private", "about private records", {"private": True, "privileged": args.counsel}),
        ("--counsel", "for counsel alone", {"private": args.private, "privileged": True}),
    ):
        if more := _open(watch, args.check, **with_these) - asked:
            yield f"{some(more, 'more open finding')} {about}: {option}"


def _open(watch: Watching, check: str, *, private: bool, privileged: bool) -> int:
    counts = watch.counts(private=private, privileged=privileged)
    return sum(each.get(State.OPEN, 0) for name, each in counts.items() if check in ("", name))


def _line(one: Standing) -> str:
    """A finding in a list."""
    found = one.finding
    marks = [found.weight.value, found.check, *([one.state.value] if one.state is not State.OPEN else [])]
    marks += [
        words for words, is_so in (("private", found.private), ("for counsel", found.privileged)) if is_so
    ]
    return visible(f"{one.id}  {', '.join(marks)}\n{_GAP}{found.said}\n{_GAP}{found.about}")


def _show(watch: Watching, args: argparse.Namespace) -> str:
    one = watch.one(args.id)
    if one.finding.privileged and not args.counsel:
        raise BadQuestion(f"{args.id} is for counsel alone: --counsel shows it.")
    if one.finding.private and args.because:
        one = watch.opened(args.id, args.because, actor())
    found, check = one.finding, watch.checks.get(one.finding.check)
    lines = [_line(one), f"{_GAP}What may be done: {found.next}"]
    lines += [f"{_GAP}In its words: “{span.words}”" for span in found.spans]
    lines += [f"{_GAP}By the rule: {found.rule}"] if found.rule else []
    lines += [f"{_GAP}By the check {found.check}, version {found.check_version}{_clauses(check)}"]
    lines += [f"{_GAP}See also: {link}" for link in found.links]
    lines += [f"{_GAP}First found {short_moment(one.first_found)}, last {short_moment(one.last_found)}"]
    for answer in one.answers:
        said = f": {answer.words}" if answer.words else ""
        who = f"{short_moment(answer.at)}, {by_whom(answer.by)}"
        lines.append(f"{_GAP}{who}: {answer.verdict.in_words}{said}")
    if found.private and not args.because:
        lines.append(f"{_GAP}Its words are private: --because WHY shows them, and the ledger keeps why.")
    elif not one.is_shown:
        lines.append(f"{_GAP}The words that it quotes are in the archive no more.")
    return visible("\n".join(lines))


def _clauses(check: Check | None) -> str:
    return f": {in_words(check.clauses)}" if check and check.clauses else ""


def _checks(watch: Watching) -> Iterator[str]:
    counts = watch.counts(private=True, privileged=True)
    for name, check in watch.checks.items():
        waits = counts.get(name, {}).get(State.OPEN, 0)
        deciders = ", ".join(map(role_in_words, check.answered_by))
        yield (
            f"{name}  {check.title}\n{_GAP}Version {check.version}{_clauses(check)}.\n{_GAP}{check.says}\n"
            f"{_GAP}{some(waits, 'finding')} open. Decided by: {deciders}."
        )


def _report(watch: Watching, args: argparse.Namespace) -> str:
    if not args.name:
        told = [
            f"{name}  {one.title}\n{_GAP}By {in_words(one.clauses)}.\n{_GAP}{one.says}"
            for name, one in watch.reports.items()
        ]
        return "\n\n".join(told) or "There is no report yet."
    until = args.until or today()
    table = watch.report(args.name, args.since or until - _MONTH, until)
    if args.csv is not None:
        _write(table, args.csv)
        return visible("\n".join([f"Written to {args.csv}: {some(len(table.rows), 'row')}.", *table.notes]))
    return visible("\n".join([*_in_columns([table.columns, *table.rows]), "", *table.notes]))


def _write(table: Table, file: Path) -> None:
    """For a spreadsheet; no cell is taken for a formula."""
    with file.open("xb") as out:
        out.write("\ufeff".encode())
        out.writelines(sheet.line(row) for row in (table.columns, *table.rows))


def _in_columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    wide = [max(len(visible(row[at])) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        yield _GAP.join(f"{visible(cell):<{width}}" for cell, width in zip(row, wide, strict=True)).rstrip()


def _sample(watch: Watching, args: argparse.Namespace) -> str:
    """What of a check was drawn by lot and is to be judged, and how to say so."""
    found = [
        one
        for one in watch.to_sample(args.check)
        if (args.private or not one.finding.private) and (args.counsel or not one.finding.privileged)
    ]
    if not found:
        return f"Nothing of {args.check} waits to be judged."
    how = "Say of each what it was: `paloverde watch answer ID`, acted, right or wrong."
    return "\n\n".join([f"{some(len(found), 'finding')} drawn by lot. {how}", *map(_line, found)])
