"""Sealed bundles: built once from an answer, checked by anyone with one file and Python alone."""
