"""Agencies, codes and aliases, endpoints, mandates to sign, and the routes between them."""
