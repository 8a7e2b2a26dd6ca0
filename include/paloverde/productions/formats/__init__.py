"""The forms of a production, each written from the same documents in one pass (rulebook F-1 to F-9)."""
