"""The database: SQLite embedded, PostgreSQL in production.

What lies here about the archive can be rebuilt from the seals; nothing lies only here.
"""
