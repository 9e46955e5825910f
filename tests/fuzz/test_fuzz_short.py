"""The fuzzer for a moment: each target from its seeds on, in a process of its own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.campaign import INPUT_SECONDS, plant
from tests.fuzz.judges import JUDGES
from tests.fuzz.mutations import dictionary
from tests.fuzz.seeds import CRASHES, MAX_SEED_BYTES, seeds

RUNS = {"parse": 1_000, "content": 500, "admission": 300, "status": 300}
SEED = 28_2018


@pytest.mark.parametrize("target", JUDGES)
def test_target_holds_for_its_seeds_and_for_inputs_made_from_them(
    target: str, tmp_path: Path
) -> None:
    words = tmp_path / "dictionary"
    words.write_text(dictionary())
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.fuzz", target, f"-seed={SEED}", f"-runs={RUNS[target]}"),
            *(f"-max_len={MAX_SEED_BYTES}", f"-timeout={INPUT_SECONDS}", f"-dict={words}"),
            "-rss_limit_mb=0",  # the process holds itself to a limit
            *(f"-artifact_prefix={tmp_path}/", str(plant(seeds(target), tmp_path / "corpus"))),
        ],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    ended = re.search(r"Done (\d+) runs", done.stderr)
    assert ended is not None, done.stderr[-3_000:]
    assert int(ended[1]) >= RUNS[target]  # a few more where it looked through its corpus again


@pytest.mark.parametrize("path", sorted(CRASHES.iterdir()), ids=lambda path: path.name)
def test_input_that_once_broke_a_target_no_longer_does(path: Path) -> None:
    JUDGES[path.name.partition("-")[0]](path.read_bytes())
