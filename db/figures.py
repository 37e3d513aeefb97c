"""The figures of an incident, derived from the claims of its reports by a named rule.

Every Casualty Centre, *Standards for Casualty Recording* (2016), p. 25, and *Definition and Categorisation
in Casualty Recording*, p. 25: where sources disagree, recorders give ranges, follow the majority, prefer
the cautious figure, or settle it among themselves. `db/README.md` works an example through each rule.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.vocab import FigureRule, Harm, Status

Range = tuple[int | None, int | None, int | None]
UNKNOWN: Range = (None, None, None)
DEATHS = (Harm.KILLED, Status.ALL)


@dataclass(frozen=True, slots=True)
class Voice:
    """What one report says of one harm: low, best, high (None: it does not say), and whose word it is."""

    said: Range
    groups: frozenset[str]
    at: datetime

    @property
    def knows(self) -> bool:
        """Whether it gives any figure at all."""
        return any(n is not None for n in self.said)


def max_source(voices: Sequence[Voice]) -> int | None:
    """The highest best figure that any one report gives: understatement is the worse error of a warning."""
    return max(_bests(voices), default=None)


def conservative(voices: Sequence[Voice]) -> int | None:
    """The lowest best figure that any one report gives (as ACLED's coders choose)."""
    return min(_bests(voices), default=None)


def majority(voices: Sequence[Voice]) -> int | None:
    """The best figure that most independent groups give, each with its newest word; a tie goes to the higher."""
    newest: dict[str, int] = {}
    for voice in sorted(voices, key=lambda v: (v.at, v.said[1] or 0)):
        if voice.said[1] is not None:
            newest |= dict.fromkeys(voice.groups, voice.said[1])
    votes = Counter(newest.values())
    return max(votes, key=lambda figure: (votes[figure], figure), default=None)


RULES: dict[FigureRule, Callable[[Sequence[Voice]], int | None]] = {
    FigureRule.MAX_SOURCE: max_source,
    FigureRule.MAJORITY: majority,
    FigureRule.CONSERVATIVE: conservative,
}


def derived(voices: Sequence[Voice], rule: FigureRule) -> Range:
    """The figure by a rule, and the range that spans all reports; what nobody knows stays unknown."""
    low = min((n for v in voices for n in v.said[:2] if n is not None), default=None)
    high = max((n for v in voices for n in v.said[1:] if n is not None), default=None)
    return low, RULES[rule](voices), high


def _bests(voices: Iterable[Voice]) -> list[int]:
    return [v.said[1] for v in voices if v.said[1] is not None]


def table(
    voices: Mapping[tuple[Harm, Status], Sequence[Voice]],
    rule: FigureRule,
    settled: Mapping[str, Sequence[int | None]],
) -> list[dict[str, Any]]:
    """All figures of an incident: harm, status, low, best, high, known, unknown, rule; deaths come first.

    `known` and `unknown` are how many reports give a figure and how many leave it open. `settled` holds
    what an analyst set, such as {"killed/all": [3, 5, 7]}.
    """
    wanted = {DEATHS: None, **dict.fromkeys(sorted(voices)), **dict.fromkeys(map(key, sorted(settled)))}
    return [_figure(one, voices.get(one, ()), rule, settled.get("/".join(one))) for one in wanted]


def _figure(
    one: tuple[Harm, Status],
    voices: Sequence[Voice],
    rule: FigureRule,
    settled: Sequence[int | None] | None,
) -> dict[str, Any]:
    low, best, high = derived(voices, rule) if settled is None else settled
    known = sum(voice.knows for voice in voices)
    used = rule if settled is None else FigureRule.ANALYST
    told = {"harm": one[0].value, "status": one[1].value, "low": low, "best": best, "high": high}
    return {**told, "known": known, "unknown": len(voices) - known, "rule": used.value}


def key(name: str) -> tuple[Harm, Status]:
    """A harm and a status as written, such as killed/civilian; a harm alone is about all."""
    harm, _, status = name.partition("/")
    return Harm(harm), Status(status or Status.ALL)
