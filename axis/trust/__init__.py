"""Certificates, paths and XML signatures; what is acceptable is a policy, passed in."""
