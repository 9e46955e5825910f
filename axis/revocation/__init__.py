"""Keeping information about revocation current, in the background: whom to ask, when, and again."""
