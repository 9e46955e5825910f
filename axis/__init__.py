"""axis: the broker that carries official documents between agencies without paper."""

__version__ = "0.1.0"
