"""Small files that would fill the memory or the day are refused, or read for no more than they are worth."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile import bombs

ROOT = Path(__file__).parents[2]
MOST_MB = 500


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str | None, float, int]]:
    """What came of each bomb, in one process of its own: the breach, seconds of processor time, peak in MB."""
    folder = tmp_path_factory.mktemp("bombs")
    bombs.build(folder)
    done = subprocess.run([sys.executable, "-m", "tests.hostile.bombs", str(folder)], cwd=ROOT,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return {
        name: (told, seconds, peak)
        for name, told, seconds, peak, _ in map(json.loads, done.stdout.split("\n")[:-1])
    }


@pytest.mark.parametrize("name", bombs.BOMBS)
def test_a_bomb_is_no_harm(outcomes: dict[str, tuple[str | None, float, int]], name: str) -> None:
    told, _seconds, peak = outcomes[name]
    assert told is None
    assert peak < MOST_MB, f"the memory reached {peak} MB by this file or one before it"
