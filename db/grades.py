"""How far an incident can be relied on: Admiralty grades, independent groups, and the state that follows.

The Admiralty scale (NATO AJP-2.1; OHCHR *Manual on Human Rights Monitoring*, ch. 7) judges the source (A-F)
and what it says (1-6) separately; F and 6 mean "cannot be judged", which is neither good nor bad.
"""

from collections.abc import Sequence

from db.accounts import Account
from db.vocab import Reliability, Stance, Verification

# From the best down. What nobody has judged stands below what was found sound and above what was not.
SOURCES = "ABCFDE"
CONTENTS = "123645"
UNJUDGED = 6

DENIED = "At least one report denies it."
UNTOLD = "No report tells of it itself; it is only mentioned."
ALONE = "One source, or several that share one origin, report it."
TOGETHER = "At least two independent groups of sources report it."
REASONS = (DENIED, UNTOLD, ALONE, TOGETHER)


def grade(reliability: Reliability | None, credibility: int | None) -> str:
    """The grade of one report on the Admiralty scale, such as B2; what nobody judged is F and 6."""
    return f"{reliability or Reliability.F}{credibility or UNJUDGED}"


def best(grades: Sequence[str]) -> str | None:
    """The best of several grades: what a report says goes before who says it; None where there is none."""
    return min(grades, key=lambda one: (CONTENTS.index(one[1]), SOURCES.index(one[0])), default=None)


def groups(known: Sequence[Account]) -> frozenset[str]:
    """The independence groups that tell of an incident themselves; who denies or only mentions it does not count."""
    return frozenset[str]().union(*(a.independence for a in known if a.stance is Stance.SUPPORTS))


def state(known: Sequence[Account]) -> tuple[Verification, str]:
    """The state that follows from the reports alone, with the reason."""
    if any(a.stance is Stance.CONTRADICTS for a in known):
        return Verification.CONTESTED, DENIED
    voices = len(groups(known))
    if voices == 0:
        return Verification.UNREVIEWED, UNTOLD
    return (Verification.CORROBORATED, TOGETHER) if voices >= 2 else (Verification.SINGLE_SOURCE, ALONE)
