"""Readers of what is handed in: exports of the sites, forwarded e-mails, records of other archives.

They know nothing of the archive; `paloverde.capture.importing` takes in what they say.
"""
