"""One target of the fuzzer as a process: ``python -m tests.fuzz TARGET [LIBFUZZER ARGUMENT…]``.

Atheris instruments what is imported below, so this never runs in the process of other tests.
"""

import resource
import sys
from functools import partial

import atheris

TARGET = sys.argv.pop(1)
INSTRUMENTED = ["axis", "tests.fuzz.judges", "zipfile", "olefile", "pyhanko.pdf_utils"]
"""What is steered towards: the axis, and the Python libraries that open hostile files in it."""

with atheris.instrument_imports(include=INSTRUMENTED):
    if TARGET == "content":
        # The axis imports it where it sees a PDF, which would be too late; it takes seconds.
        import pyhanko.pdf_utils.reader  # noqa: F401

    from tests.fuzz.judges import JUDGES
    from tests.fuzz.world import world

from tests.fuzz.mutations import (  # noqa: E402 - after instrumenting
    Mutation,
    mutate_file,
    mutate_message,
    mutate_trial,
)

MUTATIONS: dict[str, Mutation] = {
    "parse": mutate_message,
    "content": mutate_file,
    "admission": mutate_trial,
    "status": mutate_trial,
}


MEMORY_BYTES = 2 * 1024**3
"""What a process may write to; more than the axis gives a worker. libFuzzer's own limit goes by a
peak that a process inherits from the one that started it."""


def main() -> None:
    """Fuzz one target until libFuzzer's arguments say stop, or something breaks."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    world()
    mutator = partial(_mutate, MUTATIONS[TARGET])
    atheris.Setup(sys.argv, JUDGES[TARGET], custom_mutator=mutator)
    atheris.Fuzz()


def _mutate(mutate: Mutation, data: bytes, max_size: int, seed: int) -> bytes:
    return mutate(data, max_size, seed, atheris.Mutate)


if __name__ == "__main__":
    main()
