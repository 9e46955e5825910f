"""The benchmark: a light load generator, CPU accounting, and the cost of what nobody can avoid."""
