"""Holds an endpoint's own register against the axis's (đối chiếu)."""
