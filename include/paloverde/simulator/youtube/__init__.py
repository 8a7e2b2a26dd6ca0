"""YouTube's Data API v3 over the simulated city."""
