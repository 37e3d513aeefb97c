"""The long form of the fuzzing: a million hostile inputs over all parsers (`make campaign`, or a part of it).

    python -m tests.campaigns.fuzz [--inputs 1000000] [--seconds 3600] [--only "feed rss"] [--plain]

Where `atheris` is installed (`pip install -e '.[fuzz]'`) the coverage of the code leads the way, half the inputs;
the other half are the mutants of the short form with other seeds of chance. Every breach of the law
(`tests/hostile/law.py`) is printed with the shortest input that showed it, and is kept in a folder; the campaign
goes on. One line a parser: inputs, seconds of processor time, the slowest input, the memory's peak, breaches.
"""

import argparse
import json
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from tests.hostile import world
from tests.hostile.bombs import peak_mb
from tests.hostile.law import breach
from tests.hostile.mutants import changed, mutant
from tests.hostile.parsers import PARSERS

INSTRUMENTED = ["db", "models.registry", "dashboard.days", "feedparser", "openpyxl.reader", "pypdf"]
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


class Trial:
    """Feeds one parser and keeps count."""

    def __init__(self, name: str, folder: Path) -> None:
        self.told, self.folder = Told(name), folder
        self.read = partial(PARSERS[name].read, world.make(folder))

    def __call__(self, data: bytes) -> None:
        """One input."""
        begun = time.process_time()
        broken = breach(self.read, data)
        spent = time.process_time() - begun
        told = self.told
        told.inputs, told.seconds, told.slowest = (
            told.inputs + 1,
            told.seconds + spent,
            max(told.slowest, spent),
        )
        if broken:
            key = broken.split(": ")[0]
            if key not in told.breaches or len(data) < len(bytes.fromhex(told.breaches[key].split("|")[1])):
                told.breaches[key] = f"{broken}|{data.hex()}"


def by_chance(trial: Trial, inputs: int, until: float, seed: int) -> None:
    """Feed mutants."""
    chance, seeds = random.Random(seed), PARSERS[trial.told.name].seeds()  # noqa: S311  (no secret)
    for _ in range(inputs):
        if time.monotonic() > until:
            break
        trial(mutant(seeds, chance))


def by_coverage(trial: Trial, inputs: int, seconds: float, done: Callable[[], None]) -> None:
    """Let atheris lead; it ends the process itself, so `done` is told just before."""
    import atheris

    corpus = trial.folder / "corpus"
    corpus.mkdir()
    for number, data in enumerate(PARSERS[trial.told.name].seeds()):
        (corpus / str(number)).write_bytes(data)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)  # noqa: S311  (no secret)
        return (changed(data, chance) if chance.random() < 0.5 else atheris.Mutate(data, len(data) + 50))[
            :most
        ]

    begun, wanted = time.monotonic(), trial.told.inputs + inputs

    def one(data: bytes) -> None:
        trial(data)
        if trial.told.inputs >= wanted or time.monotonic() - begun > seconds:
            done()
            os._exit(0)

    flags = ["fuzz", str(corpus), "-max_len=30000", "-timeout=120", "-rss_limit_mb=2000", "-verbosity=0"]
    atheris.Setup(flags, one, custom_mutator=lambda data, most, seed: mutate(data, most, seed))
    atheris.Fuzz()


def child(name: str, inputs: int, seconds: float, seed: int, led: bool) -> None:
    """Fuzz one parser in this process and print what came of it as JSON on the last line."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as made:
        trial = Trial(name, Path(made))

        def done() -> None:
            trial.told.peak_mb = peak_mb()
            print("\n" + json.dumps(asdict(trial.told)), flush=True)

        half = inputs // 2 if led else inputs
        by_chance(trial, half, time.monotonic() + seconds / (2 if led else 1), seed)
        if led:
            by_coverage(trial, inputs - trial.told.inputs, seconds / 2, done)
        done()


def instrumented() -> bool:
    """Have atheris watch the code, where it is there; before the parsers are imported it would see more."""
    try:
        import atheris  # noqa: F401
    except ImportError:
        return False
    return True


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
        child(given.child, given.inputs, given.seconds, given.seed, instrumented() and not given.plain)
        return 0
    names = given.only or list(PARSERS)
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
