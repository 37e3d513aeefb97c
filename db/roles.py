"""What somebody may do here and for how long: plain values, which a server knows before it opens any table."""

from dataclasses import dataclass
from datetime import timedelta

from db.policy import Viewer
from db.vocab import Role

IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)
Held = tuple[Role, str | None]


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody and the roles they hold now, each in one region or (None) in all."""

    login: str
    held: frozenset[Held] = frozenset()

    def at(self, region_id: str) -> Viewer:
        """Who they are where a region is looked at: the roles they hold there, and no other region."""
        roles = frozenset(role for role, region in self.held if region in (None, region_id))
        everywhere = all(region is None for _role, region in self.held)
        return Viewer(self.login, roles, None if everywhere else frozenset({region_id}))

    def anywhere(self) -> Viewer:
        """Who they are where no region is named: only what they may do in every region of theirs."""
        regions = {region for _role, region in self.held if region is not None}
        if not regions:
            return Viewer(self.login, frozenset(role for role, _region in self.held))
        shared = frozenset.intersection(*(self.at(region).roles for region in regions))
        unbound = any(region is None for _role, region in self.held)
        if unbound:  # elsewhere they hold only the roles that are bound to no region
            shared &= frozenset(role for role, region in self.held if region is None)
        return Viewer(self.login, shared, None if unbound else frozenset(regions))

    def regions(self) -> frozenset[str] | None:
        """The regions in which they hold a role; None where some role holds in all."""
        bound = frozenset(region for _role, region in self.held if region is not None)
        return None if len(bound) < len({region for _role, region in self.held}) else bound

    def __bool__(self) -> bool:
        """Whether they hold any role at all."""
        return bool(self.held)


@dataclass(frozen=True, slots=True)
class Ends:
    """How long a signing in lasts: without anything being done, and at most."""

    idle: timedelta = IDLE
    absolute: timedelta = ABSOLUTE
