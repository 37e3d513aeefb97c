"""What the report says beside its tables: how to read them, in plain words."""

from models.baselines import RULES

ASKED = (
    "Skill is the share of the reference's Brier score that is avoided: 0 is no better, 1 is perfect. "
    "Intervals (95 %) come from drawing blocks of eight weeks again, all areas of a week together."
)
SKILL = "The better climatology is the better of the area's own and the pooled past rate, on the same rows."
EVERY = f"Simple rules: {', '.join(RULES)}. All were asked the same rows, with what was known on the day."
SUBSETS = "Sets of rows with fewer than 20 cases or less than 16 weeks are left out."
RELIABILITY = "Ten equally full bins. Above the diagonal it happened more often than was said."
ALERTS = (
    "An alert begins where the probability reaches the threshold, and is held for the horizon. "
    "Thresholds: those of 'past weeks' rest on the last 26 to 52 weeks whose outcome was known by then; "
    "'adapted' ones are set anew every week, as the levels on the pages are. An episode is a run of "
    "positive weeks; it is found when a true alert began in it ('in force' also counts alerts held from "
    "before). Lead: days from that alert until the deaths exceeded the bar, median and quartiles. Again: "
    "share of alerts that began within one horizon of the end of the last one. Random alerts are as many, "
    "held as long."
)
EVENTS = (
    "What the scores were before; rank 1 is the highest among areas of the same kind. Where nothing had "
    "been reported before, nothing was to be seen: a rank far down belongs here as much as one at the "
    "top."
)
FLOOR = (
    "An escalation has more deaths than nine of ten of the area's own windows of the last year, and at "
    "least the floor. Where the floor decides, the target is an absolute one."
)
LAG = "The same issues, had every report become known so many days after its event."
COUNTS = (
    "The ladder of chances of at least 1, 2, 5, 10, 25, 50 and 100 deaths beside simple distributions. CRPS is the "
    "distance from the distribution to what happened; on the log1p scale a few large numbers do not decide alone."
)
