"""The search index: derived from the sealed records, safe to throw away, able to say what it covers."""
