"""What was read and what was written, from capture to bundle, told to a lineage server (OpenLineage 2).

Off unless PALOVERDE_LINEAGE is set. Events are made afterwards, from the register of runs and the ledger: no
night waits for the server, and what it did not take is told again by the next round.
"""
