"""libxml2 fills its table of schema types without a lock; see axis/libxml.py."""

import subprocess
import sys

import pytest

THREADS_AT_ONCE = """
import importlib, sys, threading
from importlib.resources import files
from lxml import etree

importlib.import_module(sys.argv[1])
source = (files("axis") / "schemas" / "edxml.xsd").read_bytes()
barrier, faults = threading.Barrier(8), []

def compile_now():
    root = etree.fromstring(source)
    barrier.wait()
    try:
        etree.XMLSchema(root)
    except etree.LxmlError as error:
        faults.append(error)

threads = [threading.Thread(target=compile_now) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert not faults, faults
"""

ATTEMPTS = 8
"""Without the remedy about every second attempt fails or ends the process."""


@pytest.mark.parametrize("module", ["axis.edxml.schema", "axis.trust.engine", "axis.trust.sign"])
def test_schemas_compiled_in_many_threads_at_once_after_this_import_are_sound(module: str) -> None:
    for _ in range(ATTEMPTS):
        done = subprocess.run(
            [sys.executable, "-c", THREADS_AT_ONCE, module], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
