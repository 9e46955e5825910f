"""One target of the fuzzer as a process: ``python -m tests.fuzz TARGET [LIBFUZZER ARGUMENT…]``.

Atheris instruments what is imported below, so this never runs in the process of other tests.
"""

import sys
from functools import partial

import atheris

INSTRUMENTED = ["axis", "tests.fuzz.judges", "zipfile", "olefile", "pyhanko.pdf_utils"]
"""What is steered towards: the axis, and the Python libraries that see hostile bytes in it."""

with atheris.instrument_imports(include=INSTRUMENTED):
    from tests.fuzz.judges import JUDGES
    from tests.fuzz.world import world

from tests.fuzz.mutations import mutate_file, mutate_message, mutate_trial  # noqa: E402 - after instrumenting


def main() -> None:
    """Fuzz one target until libFuzzer's arguments say stop, or something breaks."""
    target = sys.argv.pop(1)
    world()
    mutate = {"parse": mutate_message, "content": mutate_file}.get(target, mutate_trial)
    mutator = partial(_mutate, mutate)
    atheris.Setup(sys.argv, JUDGES[target], custom_mutator=mutator)
    atheris.Fuzz()


def _mutate(mutate, data: bytes, max_size: int, seed: int) -> bytes:  # type: ignore[no-untyped-def]
    return mutate(data, max_size, seed, atheris.Mutate)


if __name__ == "__main__":
    main()
