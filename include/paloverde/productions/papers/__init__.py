"""Papers of a production: drafts for people to correct and sign, filled with facts that the archive knows."""
