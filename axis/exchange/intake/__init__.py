"""How submissions come in: in batches, once more after waiting, or as a question beforehand."""
