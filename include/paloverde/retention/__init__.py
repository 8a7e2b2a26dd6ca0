"""Keeping, holding and destroying records as the law asks. Only `disposition` may destroy."""
