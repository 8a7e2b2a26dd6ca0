"""The policy's other duties: checks that run by themselves, say why, and leave the deciding to a person.

register.py     what people state for the record: who may post, what was consented to, which words are listed
registers/      the registers that there are, one module a subject, and `ALL` of them
book.py         every register as it stood at one moment, read once
seen.py         what a check is shown of the archive: one observed version of one item
words.py        the words of a text, cut once for all checks
check.py        a check and its findings
versioned.py    what a list of rules beside a check says of itself
accounts/ people/ posts/ comments/ meetings/ inbox/    the checks, each a pure function of what is seen
checks.py       `CHECKS`: every check there is, by name
clauses.py      the policy clause by clause: which check serves it, and what a person must do
"""
