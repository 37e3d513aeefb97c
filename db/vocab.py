"""Every enumeration, once, with the standard it comes from.

Values are stored as text; the text is what appears in files, exports and the command line.
"""

from enum import StrEnum


class PlaceLevel(StrEnum):
    """How far down the administrative tree a place stands (OCHA COD-AB levels, then settlements)."""

    COUNTRY = "country"
    GOVERNORATE = "governorate"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    SETTLEMENT = "settlement"
    QUARTER = "quarter"


class AreaKind(StrEnum):
    """What kind of unit a forecast is made for."""

    GOVERNORATE = "governorate"
    DISTRICT = "district"
    COMMUNITY = "community"


class Presence(StrEnum):
    """How much of a place's people a community is."""

    MAJORITY = "majority"
    SIGNIFICANT = "significant"
    MINOR = "minor"


class GroupKind(StrEnum):
    """What binds a group together (HURIDOCS lists: religions, ethnic groups)."""

    RELIGIOUS = "religious"
    ETHNIC = "ethnic"
    OTHER = "other"


class SourceKind(StrEnum):
    """Who publishes."""

    MEDIA = "media"
    NGO_MONITOR = "ngo_monitor"
    OFFICIAL = "official"
    ARMED_PARTY = "armed_party"
    SOCIAL = "social"
    FIELD_CONTACT = "field_contact"
    DATASET = "dataset"


class Covers(StrEnum):
    """What a source would tell if it happened: deaths only, or incidents without deaths too."""

    DEATHS = "deaths"
    INCIDENTS = "incidents"


class Reliability(StrEnum):
    """How reliable a source has been (Admiralty scale, A best, F cannot be judged)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"


class Sensitivity(StrEnum):
    """Who may read a record; the highest of the parts rules the whole."""

    PUBLIC = "public"
    INTERNAL = "internal"
    RESTRICTED = "restricted"
    SEVERE = "severe"


class Role(StrEnum):
    """What a reader may do."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    VERIFIER = "verifier"
    APPROVER = "approver"
    ADMIN = "admin"
    MODELLER = "modeller"


class Verification(StrEnum):
    """How far an incident has been checked (Airwars grades, plus "unverifiable")."""

    UNREVIEWED = "unreviewed"
    SINGLE_SOURCE = "single_source"
    CORROBORATED = "corroborated"
    VERIFIED = "verified"
    CONTESTED = "contested"
    DISCOUNTED = "discounted"
    UNVERIFIABLE = "unverifiable"


class Stance(StrEnum):
    """What a report does with an incident."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    MENTIONS = "mentions"


class AvailableBasis(StrEnum):
    """How the moment is known at which the world could know of a report."""

    PUBLISHED = "published"
    ASSUMED = "assumed"
    RELEASED = "released"


class Harm(StrEnum):
    """What kind of harm a claim counts (Every Casualty, UCDP)."""

    KILLED = "killed"
    INJURED = "injured"
    ABDUCTED = "abducted"
    DETAINED = "detained"
    MISSING = "missing"
    DISPLACED = "displaced"
    SEXUAL_VIOLENCE = "sexual_violence"
    PROPERTY = "property"


class Status(StrEnum):
    """Whom a claim counts; `side_a` and `side_b` are UCDP's parties to a fight."""

    ALL = "all"
    CIVILIAN = "civilian"
    SIDE_A = "side_a"
    SIDE_B = "side_b"
    UNKNOWN = "unknown"


class FigureRule(StrEnum):
    """By which rule an incident's figures follow from several claims (Every Casualty)."""

    MAX_SOURCE = "max_source"
    MAJORITY = "majority"
    CONSERVATIVE = "conservative"
    ANALYST = "analyst"


class ActorRole(StrEnum):
    """What a report says an actor was in an incident."""

    ALLEGED_PERPETRATOR = "alleged_perpetrator"
    PARTICIPANT = "participant"
    TARGET = "target"
    CLAIMANT = "claimant"
    DENIER = "denier"
    WITNESS = "witness"


class GeoMethod(StrEnum):
    """Where a pair of coordinates comes from."""

    EXACT = "exact"
    CENTROID = "centroid"
    CAPITAL = "capital"
    MASKED = "masked"


class Audience(StrEnum):
    """For whom a file is made: for the house, for partners under an agreement, for anybody."""

    INTERNAL = "internal"
    PARTNER = "partner"
    PUBLIC = "public"


class Precision(StrEnum):
    """How finely an export tells of a place: the point, the place's name, its district, its governorate."""

    EXACT = "exact"
    SETTLEMENT = "settlement"
    DISTRICT = "district"
    GOVERNORATE = "governorate"


class Basis(StrEnum):
    """Why an incident is linked to a community."""

    TARGETED_BY_IDENTITY = "targeted_by_identity"
    VICTIMS_IDENTIFIED = "victims_identified"
    LOCATED_IN_AREA = "located_in_area"
    AFFECTED_INDIRECTLY = "affected_indirectly"
    PERPETRATOR_CLAIMED = "perpetrator_claimed"


class LinkMethod(StrEnum):
    """Who or what decided a link."""

    ANALYST = "analyst"
    TEXT_RULE = "text_rule"
    SPATIAL = "spatial"
    MODEL = "model"


class Confidence(StrEnum):
    """How sure, in three words; always shown with its reasons."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class BatchStatus(StrEnum):
    """How an import ended."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"


class Entity(StrEnum):
    """What a revision, or a tombstone, is about."""

    INCIDENT = "incident"
    REPORT = "report"
    LINK = "link"
    SOURCE = "source"
    PLACE = "place"
    BATCH = "batch"
    DRAFT = "draft"
    ATTACHMENT = "attachment"
    ZERO_REPORT = "zero_report"
    MAPPING = "mapping"
    FEED = "feed"
    REGION = "region"


class AccessAct(StrEnum):
    """What somebody did that the access log remembers."""

    READ = "read"
    SEARCH = "search"
    EXPORT = "export"
    SEND = "send"
    CHANGE = "change"
    DENIED = "denied"
    ROLE = "role"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    TOKEN = "token"  # noqa: S105  (a word of the log, not a secret)
    COMMAND = "command"
    ERASURE = "erasure"
    BACKUP = "backup"


class DecisionField(StrEnum):
    """What a person may settle about an incident, or about what one report says of it."""

    VERIFICATION = "verification"
    FIGURE_RULE = "figure_rule"
    FIGURE = "figure"
    INCIDENT_TYPE = "incident_type"
    DATES = "dates"
    PLACE = "place"
    SUMMARY = "summary"
    SENSITIVITY = "sensitivity"
    REVIEWED = "reviewed"
    CREDIBILITY = "credibility"
    STANCE = "stance"
    DETACHED = "detached"


class Judgement(StrEnum):
    """Whether two incidents are one (the algebra of entity resolution)."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    UNSURE = "unsure"


class Origin(StrEnum):
    """By which way something came in that a person still has to look at."""

    FORM = "form"
    PASTE = "paste"
    FEED = "feed"
    KOBO = "kobo"
    FILE = "file"


class DraftState(StrEnum):
    """Where a draft stands in the review queue; only an accepted one enters the record."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class FeedStatus(StrEnum):
    """How a feed stands; "no_access" is an answer without rows for want of rights, never calm."""

    NEVER = "never"
    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    NO_ACCESS = "no_access"


class CustodyAct(StrEnum):
    """What was done with a piece of evidence (Berkeley Protocol: chain of custody)."""

    COLLECTED = "collected"
    STRIPPED = "stripped"
    VIEWED = "viewed"
    EXPORTED = "exported"
    ERASED = "erased"


class IssueSeverity(StrEnum):
    """Whether a row was refused, or taken in with a remark."""

    ERROR = "error"
    WARNING = "warning"


class Target(StrEnum):
    """What a forecast is about."""

    ESCALATION = "escalation"
    FATAL = "fatal"
    CIVILIAN = "civilian"
    SEVERE5 = "severe5"
    MASS25 = "mass25"


class Subject(StrEnum):
    """What a model is about: one of the questions, or how many deaths."""

    ESCALATION = "escalation"
    FATAL = "fatal"
    CIVILIAN = "civilian"
    SEVERE5 = "severe5"
    MASS25 = "mass25"
    DEATHS = "deaths"


class ModelStatus(StrEnum):
    """What a fitted model is used for."""

    PROMOTED = "promoted"
    SHADOW = "shadow"
    RETIRED = "retired"


class PromotionKind(StrEnum):
    """How a model came into force: by the gate, as the gate's fallback, or by hand."""

    AUTO = "auto"
    FALLBACK = "fallback"
    MANUAL = "manual"


class Verdict(StrEnum):
    """What became of a forecast (contingency table of alarms; WMO, Jolliffe and Stephenson).

    `unobserved`: no source covered the window; `not_assessed`: nothing had been said (level 0).
    """

    HIT = "hit"
    MISS = "miss"
    FALSE_ALARM = "false_alarm"
    QUIET = "quiet"
    UNOBSERVED = "unobserved"
    NOT_ASSESSED = "not_assessed"


class Measure(StrEnum):
    """What is watched of a model in force."""

    AGE = "age"
    FEATURE = "feature"
    BASE_RATE = "base_rate"
    VOLUME = "volume"
    BRIER = "brier"


class Condition(StrEnum):
    """The computed side of an alert (Grafana's six states)."""

    NORMAL = "normal"
    PENDING = "pending"
    OPEN = "open"
    RECOVERING = "recovering"
    NO_DATA = "no_data"
    ERROR = "error"


class Handling(StrEnum):
    """The human side of an alert."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    EXPIRED = "expired"


class NoticeKind(StrEnum):
    """What leaves the building: a warning, what became of it (CAP 1.2 msgType), or several in one."""

    ALERT = "alert"
    UPDATE = "update"
    CANCEL = "cancel"
    DIGEST = "digest"
    REMINDER = "reminder"
    TEST = "test"


class NoticeAct(StrEnum):
    """What was done with a notice before it left."""

    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    HELD = "held"
    QUEUED = "queued"


class Scope(StrEnum):
    """What a subscription or a silence is about."""

    REGION = "region"
    DISTRICT = "district"
    GROUP = "group"
    COMMUNITY = "community"


class Pace(StrEnum):
    """Whether somebody is told at once or with what else came up."""

    AT_ONCE = "at_once"
    DIGEST = "digest"


class MessageState(StrEnum):
    """Where a message to one recipient stands; `unclear`: a sender died with it in hand."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"
    UNCLEAR = "unclear"
    WITHHELD = "withheld"


class Outcome(StrEnum):
    """What became of a warning, as a person judged it."""

    MATERIALISED = "materialised"
    DID_NOT = "did_not"
    AVERTED = "averted"
    UNKNOWN = "unknown"


class RunStatus(StrEnum):
    """How a job stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Rung(StrEnum):
    """A step of the precursor ladder (UN Framework of Analysis; see db/README.md)."""

    CONTEXT = "context"
    SIGNALS = "signals"
    INTIMIDATION = "intimidation"
    PREPARATION = "preparation"
    TARGETED = "targeted"
    MASS = "mass"
    CONFLICT = "conflict"
    DE_ESCALATION = "de_escalation"
    OTHER = "other"


class IncidentType(StrEnum):
    """What happened, in one word of the codebook."""

    DISCRIMINATION = "discrimination"
    PROTEST = "protest"
    HATE_SPEECH = "hate_speech"
    RUMOUR = "rumour"
    PROPERTY_MARKING = "property_marking"
    RELIGIOUS_INSULT = "religious_insult"
    THREAT = "threat"
    ULTIMATUM = "ultimatum"
    HARASSMENT = "harassment"
    ARBITRARY_ARREST = "arbitrary_arrest"
    MOBILISATION = "mobilisation"
    WEAPONS_MOVEMENT = "weapons_movement"
    ROAD_CLOSURE = "road_closure"
    COMMUNICATIONS_CUT = "communications_cut"
    AID_DENIAL = "aid_denial"
    KIDNAPPING = "kidnapping"
    DISAPPEARANCE = "disappearance"
    ASSASSINATION = "assassination"
    SEXUAL_VIOLENCE = "sexual_violence"
    ARSON_LOOTING = "arson_looting"
    DESECRATION = "desecration"
    MOB_VIOLENCE = "mob_violence"
    ATTACK_ON_CIVILIANS = "attack_on_civilians"
    EXECUTION = "execution"
    EXPULSION = "expulsion"
    ARMED_CLASH = "armed_clash"
    NONSTATE_CLASH = "nonstate_clash"
    BOMBARDMENT = "bombardment"
    EXPLOSION = "explosion"
    TERRITORY_TAKEN = "territory_taken"
    RELEASE_EXCHANGE = "release_exchange"
    TRUCE = "truce"
    MEDIATION = "mediation"
    JOINT_PATROL = "joint_patrol"
    RETURN = "return"
    AID_ACCESS = "aid_access"
    OTHER = "other"
    NOTHING_TO_REPORT = "nothing_to_report"


_T = IncidentType
LADDER: dict[Rung, tuple[IncidentType, ...]] = {
    Rung.CONTEXT: (_T.DISCRIMINATION,),
    Rung.SIGNALS: (_T.HATE_SPEECH, _T.RUMOUR, _T.PROPERTY_MARKING, _T.RELIGIOUS_INSULT),
    Rung.INTIMIDATION: (_T.THREAT, _T.ULTIMATUM, _T.HARASSMENT, _T.ARBITRARY_ARREST),
    Rung.PREPARATION: (
        _T.MOBILISATION,
        _T.WEAPONS_MOVEMENT,
        _T.ROAD_CLOSURE,
        _T.COMMUNICATIONS_CUT,
        _T.AID_DENIAL,
    ),
    Rung.TARGETED: (
        _T.KIDNAPPING,
        _T.DISAPPEARANCE,
        _T.ASSASSINATION,
        _T.SEXUAL_VIOLENCE,
        _T.ARSON_LOOTING,
        _T.DESECRATION,
        _T.MOB_VIOLENCE,
    ),
    Rung.MASS: (_T.ATTACK_ON_CIVILIANS, _T.EXECUTION, _T.EXPULSION),
    Rung.CONFLICT: (
        _T.ARMED_CLASH,
        _T.NONSTATE_CLASH,
        _T.BOMBARDMENT,
        _T.EXPLOSION,
        _T.TERRITORY_TAKEN,
    ),
    Rung.DE_ESCALATION: (
        _T.RELEASE_EXCHANGE,
        _T.TRUCE,
        _T.MEDIATION,
        _T.JOINT_PATROL,
        _T.RETURN,
        _T.AID_ACCESS,
    ),
    Rung.OTHER: (_T.PROTEST, _T.OTHER, _T.NOTHING_TO_REPORT),
}
RUNG: dict[IncidentType, Rung] = {kind: rung for rung, kinds in LADDER.items() for kind in kinds}

LEVELS: dict[int, str] = {0: "not assessed", 1: "baseline", 2: "watch", 3: "warning", 4: "emergency"}
