"""Feeds one parser in a process of its own, by chance and led by coverage (see `tests.campaigns.fuzz`)."""

import json
import logging
import os
import random
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from tests.campaigns.fuzz import Told
from tests.hostile import world
from tests.hostile.bombs import peak_mb
from tests.hostile.law import breach
from tests.hostile.mutants import changed, mutant
from tests.hostile.parsers import PARSERS


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
