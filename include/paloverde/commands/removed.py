"""Look at what was removed, and add to it: each removed item has a dossier of its content, poster, versions
and thread, and of what shows who removed it. ITEM is ACCOUNT/KIND/ID as `list` prints it, or the id alone.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from paloverde.bundles.dossierpages import as_json, as_text
from paloverde.bundles.dossierwords import gone_in_words, moment, removed_by, settled_in_words, until_in_words
from paloverde.bundles.pages import visible
from paloverde.capture.removal import Cause
from paloverde.commands.asking import actor
from paloverde.commands.office import day, opened
from paloverde.commands.signing import acting, known_people, named, signed_in
from paloverde.desk.rights import Act
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.installation.dossiers import Kept
from paloverde.records import PACIFIC
from paloverde.retention.dossier import Cited, RemovalFact, Settled, subject_of
from paloverde.retention.guidelines import GUIDELINES
from paloverde.wording import short, some

_CAUSES = [cause.value for cause in Cause]
_LONGEST = 1_000_000  # characters of advice


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    _looking(actions)
    _adding(actions)
    _privileged(actions)


def _looking(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    listed = actions.add_parser("list", help="list what was removed")
    listed.add_argument("--account", default="", help="only this account")
    listed.add_argument("--since", type=day, metavar="DATE", help="removed on or after (Pacific day)")
    listed.add_argument("--cause", choices=_CAUSES, default="", help="only this cause, as it stands now")
    listed.add_argument("--undetermined", action="store_true", help="only what nobody has settled yet")
    listed.add_argument(
        "--alerts", action="store_true", help="deleted on officials' accounts, not consulted on before"
    )
    show = actions.add_parser("show", help="show a dossier")
    show.add_argument("item")
    show.add_argument("--json", action="store_true", help="as data")
    show.add_argument("--private", action="store_true", help="a private message too; noted in the ledger")
    export = actions.add_parser("export", help="write dossiers as pages and data into a folder")
    export.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    export.add_argument("--account", default="", help="only this account")
    export.add_argument("--since", type=day, metavar="DATE", help="removed on or after (Pacific day)")
    export.add_argument("--private", action="store_true", help="private messages too; noted in the ledger")
    actions.add_parser("guidelines", help="list the Content Guidelines a-k and who may decide each")


def _adding(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    settle = actions.add_parser("settle", help="settle who removed it; the site's own statement stays")
    settle.add_argument("item")
    settle.add_argument("--cause", choices=[one for one in _CAUSES if one != "undetermined"], required=True)
    settle.add_argument("--because", required=True, help="by what it is settled")
    settle.add_argument("--removed-by", default="", metavar="WHO", help="the person, where one is known")
    settle.add_argument("--evidence", type=Path, metavar="FILE", help="a file that shows it; it is kept")
    cite = actions.add_parser("cite", help="say under which Content Guidelines it was removed")
    cite.add_argument("item")
    cite.add_argument(
        "--guideline", action="append", required=True, choices=list(GUIDELINES), help="its letter"
    )
    cite.add_argument("--reviewer", default="", help="the person who decided")
    cite.add_argument(
        "--rule", default="", help="the site's rule that acted by itself, in place of a reviewer"
    )
    cite.add_argument("--removed-by", default="", metavar="WHO", help="who removed it at the site")
    cite.add_argument(
        "--counsel-on", type=day, metavar="DATE", help="the day on which counsel was consulted; never what "
        "counsel said: `paloverde removed advise` keeps that apart"
    )  # fmt: skip
    cite.add_argument("--counsel-by", default="", metavar="WHO", help="who consulted counsel")
    cite.add_argument("--policy", default="", metavar="SHA256", help="the policy then (default: filed last)")
    cite.add_argument(
        "--although",
        action="store_true",
        help="the City hid or removed it, although it stands that another did",
    )
    note = actions.add_parser("note", help="add a note to a dossier")
    note.add_argument("item")
    note.add_argument("text")
    policy = actions.add_parser("policy", help="file the text of the policy that is in force from now on")
    policy.add_argument("file", type=Path)


def _privileged(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    advise = actions.add_parser("advise", help="counsel alone: keep advice about an item, sealed and apart")
    advise.add_argument("item")
    advise.add_argument("file", nargs="?", type=Path, help="holds the advice (default: standard input)")
    advice = actions.add_parser("advice", help="counsel alone: read advice; each look is noted in the ledger")
    advice.add_argument("item")
    for one in (advise, advice):
        acting(one)


def run(args: argparse.Namespace) -> int:
    if args.action == "guidelines":
        print("\n".join(clause.sentence for clause in GUIDELINES.values()))
        return 0
    _ACTIONS[args.action](opened(), args)
    return 0


def _list(city: Installation, args: argparse.Namespace) -> None:
    if args.alerts:
        _alerts(city, args)
        return
    count, today = 0, city.retention.today()
    found = city.dossiers.listed(
        args.account, since=args.since, cause=args.cause, undetermined=args.undetermined
    )
    for fact, _, papers in found:
        count += 1
        when = f"{short(fact.removed_at.astimezone(PACIFIC))}"
        told = [f"{when}  {subject_of(fact.item)}  {_gone(fact)}", settled_in_words(papers)]
        told.append(until_in_words(fact.retain_until, today))
        told.append(some(len(papers), "paper") if papers else "")
        print(visible("; ".join(filter(None, told))))
    print(f"{some(count, 'removed item')}." if count else "Nothing was found removed.")


def _gone(fact: RemovalFact) -> str:
    return gone_in_words(fact.item.kind.value, fact.cause, fact.confirmed_by)


def _alerts(city: Installation, args: argparse.Namespace) -> None:
    alerts = city.dossiers.consults.alerts(args.account, since=args.since)
    for alert in alerts:
        since = f", alert of {moment(alert.raised_at)}" if alert.raised_at else ", raised by the next check"
        print(visible(f"{alert.sentence}{since}"))
    left = sum(alert.is_open for alert in alerts)
    print(f"{some(len(alerts), 'alert')}: {left:,} open, {len(alerts) - left:,} answered.")


def _show(city: Installation, args: argparse.Namespace) -> None:
    dossier = city.dossiers.show(args.item, actor(), include_private=args.private)
    if args.json:
        sys.stdout.write(as_json(dossier, city.retention.today()).decode())
    else:
        print(as_text(dossier, city.retention.today()))


def _export(city: Installation, args: argparse.Namespace) -> None:
    told = city.dossiers.export(
        args.out, actor(), lambda line: print(line, file=sys.stderr),
        account=args.account, since=args.since, include_private=args.private,
    )  # fmt: skip
    print(told.sentence())


def _settle(city: Installation, args: argparse.Namespace) -> None:
    settled = Settled(args.cause, args.because, args.removed_by)
    kept = city.dossiers.settle(args.item, settled, actor(), args.evidence)
    print(f"Settled: {args.item} was {removed_by(settled)}. What the site's answers show stays beside it.")
    _remark(kept)


def _cite(city: Installation, args: argparse.Namespace) -> None:
    cited = Cited(
        tuple(args.guideline), args.reviewer, args.rule, args.removed_by, args.counsel_on is not None,
        args.counsel_on, args.counsel_by, args.policy,
    )  # fmt: skip
    city.dossiers.cite(args.item, cited, actor(), although=args.although)
    print(f"Noted in the dossier of {args.item}: guideline {', '.join(args.guideline)}.")


def _note(city: Installation, args: argparse.Namespace) -> None:
    city.dossiers.note(args.item, args.text, actor())
    print(f"Noted in the dossier of {args.item}.")


def _policy(city: Installation, args: argparse.Namespace) -> None:
    kept = city.dossiers.file_policy(args.file, actor())
    named = f"SHA-256 {kept.filed.stored.sha256}"
    if kept.is_new:
        print(f"Policy {kept.filed.number} is filed, {named}; citations name it from now on.")
    else:
        print(
            f"Policy {kept.filed.number} with these very bytes is filed already, {named}; nothing was filed."
        )
    _remark(kept)


def _remark(kept: Kept) -> None:
    if kept.remark:
        print(visible(f"Look again: {kept.remark}"))


def _advise(city: Installation, args: argparse.Namespace) -> None:
    counsel = _counsel(args)
    text = args.file.read_text(encoding="utf-8") if args.file else sys.stdin.read(_LONGEST + 1)
    if len(text) > _LONGEST:
        raise BadQuestion(f"The advice has more than {_LONGEST:,} characters: file it in parts.")
    kept = city.dossiers.advise(args.item, text, counsel)
    print(f"Kept sealed and apart from the dossier of {args.item}.")
    if kept.remark:
        print(kept.remark)


def _advice(city: Installation, args: argparse.Namespace) -> None:
    for filed, text in city.dossiers.advice(args.item, _counsel(args)):
        print(f"{moment(filed.filed_at)}, {filed.filed_by}\n{visible(text)}\n")


def _counsel(args: argparse.Namespace) -> str:
    """Who acts: what is privileged is for counsel alone, by counsel's own password."""
    return named(signed_in(known_people(), args, Act.SEE_ADVICE))


_ACTIONS = {
    "list": _list,
    "show": _show,
    "export": _export,
    "settle": _settle,
    "cite": _cite,
    "note": _note,
    "policy": _policy,
    "advise": _advise,
    "advice": _advice,
}
