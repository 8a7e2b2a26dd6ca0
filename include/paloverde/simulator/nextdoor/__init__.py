"""Nextdoor's partner API over the city."""
