"""Prometheus metrics; labels are codes from fixed lists and hosts of trusted authorities, never
input.
"""
