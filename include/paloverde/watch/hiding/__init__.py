"""Hiding comments by an approved rule (policy V.A.10, V.B.4; rulebook P-21, P-32, P-34, P-35, P-37, P-40).

Off until somebody files a rule and two people approve it. What is decided here is decided by pure functions
that give their reasons; `installation.hidings` acts.
"""
