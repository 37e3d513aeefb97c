"""A place at a page: somebody with what they may do now, or why nobody is let in."""

from dataclasses import dataclass

from db.policy import LOCAL
from db.roles import Standing

NOBODY, ENDED, UNNAMED, NO_STORE = "nobody", "ended", "unnamed", "no store"
HERE = Standing(LOCAL.name, frozenset((role, None) for role in LOCAL.roles))


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody's place: what they may do, or the trouble (`NOBODY`, `ENDED` …) and why."""

    standing: Standing = Standing("")
    trouble: str = ""
    why: str = ""
    key: str = ""
