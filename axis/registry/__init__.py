"""Agencies, codes and aliases, endpoints, enrolled certificates, and the routes between them."""
