"""What each kind of ledger entry tells, as a sentence for people. Data.

In braces stands what the entry is about. An entry that lacks it, and a kind that stands not here, are told by
their kind alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# The kind of an entry, as `Event.what` has it, and its sentence.
SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        # Nights, imports, gaps
        "night sealed": "{account} was archived for the night of {day}.",
        "removal check sealed": "{account} was checked for what was removed, for {day}.",
        "removal confirmed": "Item {item} of {account} was found removed, on {day}.",
        "sweep sealed": "It was looked between two nights what is new at {account}.",
        "import sealed": "Files were taken in for {account}.",
        "hiding sealed": "What the site of {account} answered about hiding comments was kept.",
        "gaps opened": "Of {account} something was not given; new gaps: {number}.",
        "gaps closed": "Of {account} something was had after all; gaps closed: {number}.",
        # Accounts and their access
        "account registered": "The account {account} was registered.",
        "account removed": "The account {account}, of which nothing was archived, was taken off.",
        "account retired": "The account {account} was retired: it is archived no more, and its records stay.",
        "token put in": "The access to {account} was put in.",
        "token taken off": "The access to {account} was taken off.",
        "token proven alive": "The access to {account} was tried, and works.",
        "token proven dead": "The access to {account} was tried, and does not work.",
        "runway alarm": "It was warned that the access to {account} ends, on {ends}.",
        # Looks, and what was taken away
        "search made": "It was searched: {question}",
        "search kept": "A search was kept in the list of searches.",
        "kept search taken off the list": "A search was taken off the list of searches.",
        "hits taken away": "What a search found was taken away as a file: {question}",
        "found records looked at": "What was found for {request} was looked at.",
        "private record looked at": "A private record of {account} was looked at, because: {reason}",
        "private conversation looked at": (
            "A private conversation of {account} was looked at, because: {reason}"
        ),
        "private text looked at": "The text of a private record of {account} was taken, because: {reason}",
        "private exact text looked at": (
            "What a site sent of a private record of {account} was looked at, because: {reason}"
        ),
        "private file looked at": "A file of a private record of {account} was looked at, because: {reason}",
        "archive moved out": "Everything that is kept of {accounts} was written into a folder.",
        # Productions in discovery
        "production: ordered": "{production} was ordered.",
        "production: changed": "The order of {production} was changed.",
        "production: chosen": "The records of {production} were chosen.",
        "production: reviewed": "The review of {production} for privilege was finished.",
        "production: built": "The volumes of {production} were built.",
        "production: signed off": "A second person agreed that {production} goes out.",
        "production: served": "{production} was served.",
        "production: clawed back": "Of {production} something was claimed back.",
        "production: given up": "{production} was given up.",
        "production: noted": "{production}: something was noted.",
        "production paper made": "A paper of {production} was made: {draft}.",
        "Bates numbers reserved": "Numbers of {prefix} were reserved for {production}.",
        "Bates numbers burnt": "Numbers of {prefix} that {production} had were burnt.",
        # Removed content
        "private dossier read": "The dossier of the private item {item} was read.",
        "dossier taken": "The dossier of {item} was taken away as a file.",
        "dossiers exported": "The dossiers of {accounts} were written into a folder.",
        "policy filed": "The text of the Social Media Policy was filed: {name}.",
        "evidence filed": "A file was put to the dossier of {item}: {name}.",
        "removal cause settled": "It was settled who or what removed {item}: {cause}.",
        "guideline cited": "It was said under which guideline {item} was removed.",
        "removal noted": "A note was put to the dossier of {item}.",
        "privileged advice filed": "Advice of counsel on {item} was sealed.",
        "privileged advice read": "Advice of counsel on {item} was read.",
        "deleted without consultation": (
            "It was found that {item} was deleted, and that no consultation about it was noted."
        ),
        "consultation opened": "A consultation was asked for before a deletion: {about}.",
        "consultation noted": "What came of a consultation was noted: {about}.",
        # What the checks of the policy found, and the registers that people keep for them
        "policy watched": "The checks of the policy were made; new findings: {found}, ended: {ended}.",
        "finding answered": "It was answered what to think of finding {finding} of the check {check}.",
        "privileged finding answered": "Counsel answered what to think of finding {finding} of {check}.",
        "private finding looked at": (
            "A finding about a private record of {account} was looked at, because: {reason}"
        ),
        "hiding begun": "{item} was about to be hidden at the site, by {rule}.",
        "comment hidden": "{item} was hidden at the site, by {rule}.",
        "hiding failed": "{item} was not hidden, because: {why}",
        "showing again begun": "{item} was about to be shown again at the site.",
        "comment shown again": "{item} was shown again at the site; no rule hides it any more.",
        "showing again failed": "{item} was not shown again, because: {why}",
        "register entry filed": "In the register {register}, the entry {entry} was filed.",
        "register file kept": "In the register {register}, the file of the entry {entry} was kept.",
        "register entry withdrawn": "In the register {register}, the entry {entry} was withdrawn.",
        # Holds
        "hold issued": "The hold {hold} was placed: {matter}.",
        "hold widened": "The hold {hold} was widened.",
        "hold released": "The hold {hold} was released by counsel’s memo.",
        "hold closed": "The hold {hold} was closed with its request; it ends after {ends}.",
        "hold looked": "It was looked what has joined the hold {hold}; it keeps {items} in all.",
        "legal holds lifted": "What no other hold keeps was freed of the hold {hold}.",
        "legal holds reconciled": "It was seen in the stores that all that is held cannot be deleted.",
        "stray legal holds searched": (
            "It was searched for what is kept in the stores although no hold keeps it."
        ),
        "release memo filed": "Counsel’s memo that releases the hold {hold} was sealed.",
        "release memo read": "Counsel’s memo that released the hold {hold} was read.",
        "custodian named": "{custodian} was named as a custodian of the hold {hold}.",
        "hold notice sent": "The notice of the hold {hold} was sent to {custodian}.",
        "hold reminder sent": "{custodian} was reminded of the hold {hold}.",
        "hold acknowledgment filed": "What {custodian} signed about the hold {hold} was filed.",
        "hold notice acknowledged": "{custodian} has read and understood the notice of the hold {hold}.",
        "hold release sent": "{custodian} was told that the hold {hold} is released.",
        # Records requests
        "request: received": "{request} was taken in.",
        "request: acknowledged": "{request}: the requester was told that it is here.",
        "request: clarification asked": "{request}: the requester was asked something.",
        "request: clarification answered": "{request}: the requester answered.",
        "request: searched": "{request}: it was searched for {question}",
        "request: custodian asked": "{request}: somebody else was asked to search.",
        "request: custodian reminded": "{request}: somebody who was asked to search was reminded.",
        "request: custodian answered": "{request}: somebody who was asked to search answered.",
        "request: custodian handed in": "{request}: somebody who was asked to search handed records in.",
        "custodian asked": "{matter}: {custodian} was asked to search what only they have.",
        "custodian reminded": "{matter}: {custodian} was reminded to search what only they have.",
        "custodian answered": "{matter}: {custodian} answered what they searched and found.",
        "custodian handed in": "{matter}: {custodian} handed records in.",
        "custodian document filed": "{matter}: a document of a custodian was filed: {file}.",
        "request: review finished": "{request}: the review was finished.",
        "request: extended": "{request}: the time was extended.",
        "request: determined": "{request}: it was determined what is disclosed.",
        "request: produced": "{request}: a bundle was put together.",
        "request: signed off": "{request}: a second person agreed that the bundle goes out.",
        "request: released": "{request}: the bundle was handed over.",
        "request: minutes": "{request}: working time was noted.",
        "request: noted": "{request}: something was noted.",
        "request: reminded": "{request}: it was warned of what is due.",
        "request: closed": "{request} was closed.",
        "request: reopened": "{request} was opened again.",
        "request: litigation": "{request}: somebody went to court over it.",
        "request document filed": "{request}: a document was filed: {file}.",
        "closed days adopted": "The days on which the City is closed in {year} were adopted.",
        "records under review": "{request}: records were taken under review: {records}.",
        "review decided": "{request}: records were decided in its review: {decisions}.",
        "suggestions left": "{request}: suggestions were left as they are, nothing redacted: {suggestions}.",
        "review signed": "{request}: a second person signed the review.",
        "review sheet written": "{request}: the records under review were written into a file: {records}.",
        "letter sent": "{request}: the letter “{letter}” was sent.",
        "bundle built": "The bundle {name} was built, and is kept in the archive.",
        "delivery proposed": "{request}: it was proposed that the bundle goes {channel}.",
        "delivery agreed to": "{request}: a second person agreed to exactly what goes out.",
        "link given out": "{request}: a link was given out; it ends on {expires}.",
        "link revoked": "{request}: a link was called back, because: {why}",
        "bundle delivered": "{request}: the bundle was handed over: {channel}.",
        "download begun": "{request}: somebody began to fetch the bundle by its link.",
        "download ended": "A fetching of a bundle by its link ended.",
        # Destruction and schedules
        "schedule adopted": "The retention schedule of resolution {resolution} was adopted.",
        "destruction proposed": "The order of destruction {order} was proposed; items on its list: {items}.",
        "list of destruction filed": "The list of the order of destruction {order} was filed.",
        "report of destruction filed": "The report of the order of destruction {order} was filed.",
        "destruction approved": "The order of destruction {order} was approved, as {role}.",
        "consent handed in": "The document of the city attorney’s consent to {order} was handed in.",
        "consent to destruction filed": (
            "The city attorney’s consent to {order} was filed: {name}, {given_on}."
        ),
        "resolution handed in": "The document of the council’s resolution for {order} was handed in.",
        "resolution for destruction filed": (
            "The council’s resolution {number} for {order} was filed, of {adopted_on}."
        ),
        "order of destruction withdrawn": "The order of destruction {order} was withdrawn, because: {why}",
        "approvers looked up": "It was looked up whether those who approved {order} still hold their roles.",
        "destruction carried out": "The order {order} was carried out; items destroyed: {items}.",
        "destruction undone": "What {order} was to destroy of {account} was brought back, because: {why}",
        # The archive itself
        "fixity checked": "Stored objects were read again: {checked}; damaged: {damaged}.",
        "object repaired": "A damaged object was put back from a whole copy.",
        "copy repaired": "A damaged object of the second copy was put back from the first.",
        "object lost": "A damaged object was found whole nowhere: it is lost.",
        "store examined": "It was tried whether the store keeps what it promises.",
        "signing key registered": "A key with which the archive signs was put on its register.",
        "trusted system stated": "The statement of the trusted system was made.",
        "page of the trusted system statement filed": "The page of that statement was filed.",
        "settings in force": "The settings of this installation were noted as they are.",
        "settings changed": "It was noticed that settings of this installation have changed.",
        "sign-ins in force": "The list of users was noted as it is.",
        "sign-ins changed": "It was noticed that the list of users has changed.",
        "user added": "{username} may sign in from now on, as {role}.",
        "user changed": "The sign-in of {username} was changed; the role is {role}.",
        "user removed": "{username} may not sign in any more.",
        "password changed": "{username} has changed their own password; their other sign-ins ended.",
        "name of single sign-on changed": "{username}, who comes by the City’s sign-on, is named {name}.",
        "single sign-on of a user declared": "{username}, who comes by the City’s sign-on, acts as {user}.",
        "username of single sign-on freed": (
            "{username} may be taken by whoever the City’s sign-on names so next."
        ),
        "sessions ended": "{username} was signed out everywhere.",
    }
)

# What the rest of an entry is about: its name there, and the words for it. What is not here keeps its name.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "sequence": "run",
        "hits": "records found",
        "new": "of these new",
        "scope": "looked at",
        "through": "archived through run",
        "outcome": "how it ended",
        "ends": "ends on",
        "cause": "why it ends",
        "said": "what the site said",
        "gaps": "numbers of the gaps",
        "number": "number",
        "role_before": "role before",
        "items": "items",
        "objects": "stored objects",
        "bearing": "of these certain not to be deleted",
        "copies": "second copies",
        "copies_bearing": "of these certain not to be deleted, in the second copy",
        "lifted": "freed",
        "strays": "kept by no hold",
        "overdue": "not read for too long",
        "bytes": "bytes",
        "accepted": "places accepted by the signer",
        "unread": "files opened by the signer",
        "seen": "suggestions seen by the signer",
        "kept": "kept search",
        "how": "where",
    }
)
# For whoever checks it: shown on the entry's own page, under the hashes.
PROOFS = frozenset(
    {
        *("seal", "seals", "paper", "paper_version", "paper_sha256", "paper_size", "series", "subject"),
        *("sha256", "memo_sha256", "document_sha256", "decisions_sha256", "lines", "summary", "bundle"),
        *("key", "version_id", "whole_version_id", "public_key"),
    }
)
DAYS = frozenset({"day", "ends", "given_on", "adopted_on"})
COUNTS = frozenset(
    {
        *("hits", "new", "records", "decisions", "items", "objects", "bearing", "copies", "copies_bearing"),
        *("checked", "damaged", "overdue", "bytes", "lifted", "strays", "sessions", "sequence", "through"),
    }
)
