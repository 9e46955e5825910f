"""PostgreSQL, the truth: migrations, named SQL and the units of work of the exchange."""
