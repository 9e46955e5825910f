"""Receipts: signed evidence of every event, in the vocabulary of ETSI EN 319 522."""
