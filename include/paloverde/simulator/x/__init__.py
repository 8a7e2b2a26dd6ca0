"""X: API v2 as one account's tools see it."""
