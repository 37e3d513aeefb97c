"""The long form of the fuzzing: a million hostile inputs over all parsers (`make campaign`, or a part of it).

    python -m tests.campaigns.fuzz [--inputs 1000000] [--seconds 3600] [--only "feed rss"] [--plain]

Where `atheris` is installed (`pip install -e '.[fuzz]'`) the coverage of the code leads the way, half the inputs;
the other half are the mutants of the short form with other seeds of chance. Every breach of the law
(`tests/hostile/law.py`) is printed with the shortest input that showed it, and is kept in a folder; the campaign
goes on. One line a parser: inputs, seconds of processor time, the slowest input, the memory's peak, breaches.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec

WATCHED = ["db", "models.registry", "dashboard.days", "feedparser", "openpyxl", "pypdf"]
# Shares of the inputs: parsers that take long get fewer.
SLOW = {"coder": 0.15, "dates": 0.2, "feed rss": 0.4, "workbook": 0.4, "kobo": 0.3, "exported workbook": 0.4,
        "paper pdf": 0.5, "table of anybody": 0.6}  # fmt: skip


@dataclass
class Told:
    """What came of fuzzing one parser."""

    name: str
    inputs: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    peak_mb: int = 0
    breaches: dict[str, str] = field(default_factory=dict)


@contextmanager
def watched(plain: bool) -> Iterator[bool]:
    """Have atheris watch the code that is imported meanwhile; False where it is not there, or not wanted."""
    if plain or not find_spec("atheris"):
        yield False
        return
    import atheris

    with atheris.instrument_imports(include=WATCHED):
        yield True


def run(name: str, inputs: int, seconds: float, seed: int, plain: bool) -> Told:
    """Fuzz one parser in a process of its own."""
    command = [sys.executable, "-m", "tests.campaigns.fuzz", "--child", name, "--inputs", str(inputs),
               "--seconds", str(seconds), "--seed", str(seed), *(["--plain"] if plain else [])]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    last = (done.stdout.strip().splitlines() or [""])[-1]
    try:
        return Told(**json.loads(last))
    except (ValueError, TypeError):
        return Told(name, breaches={"the process ended": f"{done.stderr[-1500:]}|"})


def shares(names: list[str], inputs: int) -> dict[str, int]:
    """How many inputs each parser gets."""
    weights = {name: SLOW.get(name, 1.0) for name in names}
    return {name: int(inputs * weight / sum(weights.values())) + 1 for name, weight in weights.items()}


def _names() -> list[str]:
    from tests.hostile.parsers import PARSERS

    return list(PARSERS)


def main() -> int:
    """Run the campaign; 1 where the law was broken."""
    options = argparse.ArgumentParser(description="Feed hostile inputs to all parsers.")
    options.add_argument("--inputs", type=int, default=1_000_000)
    options.add_argument("--seconds", type=float, default=7200)
    options.add_argument("--only", nargs="*")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--plain", action="store_true")
    options.add_argument("--child")
    given = options.parse_args()
    if given.child:
        with watched(given.plain) as led:
            from tests.campaigns import fuzz_child
        fuzz_child.child(given.child, given.inputs, given.seconds, given.seed, led)
        return 0
    names = given.only or _names()
    broken = total = 0
    for name, inputs in shares(names, given.inputs).items():
        told = run(name, inputs, given.seconds / len(names), given.seed, given.plain)
        total, broken = total + told.inputs, broken + len(told.breaches)
        print(f"| {told.name} | {told.inputs:,} | {told.seconds:.0f} | {told.slowest:.2f} | {told.peak_mb} | "
              f"{len(told.breaches)} |", flush=True)  # fmt: skip
        for one in told.breaches.values():
            print("   ", one.split("|")[0], one.split("|")[1][:600], flush=True)
    print(f"{total:,} inputs, {broken} breaches")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
