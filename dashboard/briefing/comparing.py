"""What has changed since an older briefing, by its machine-readable twin: totals, and incident by incident."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import fmt, texts
from dashboard.briefing import sums
from dashboard.briefing.gather import Found
from dashboard.briefing.making import Making, toll_words
from dashboard.briefing.model import Block, Bullets, Figure, Label, Para, Runs, Section, joined, say
from dashboard.i18n import _, n_
from db.errors import BadInput
from db.exports.cells import bare
from db.vocab import Audience, Precision

Record = Mapping[str, Any]


def check(found: Found, older: Record) -> None:
    """Refuse to compare with a briefing whose readers were told more: what is gone would name what they may not know.

    Raises BadInput that names the cure.
    """
    about, asked = older["about"], found.asked
    wider = list(Audience).index(Audience(about["audience"])) < list(Audience).index(asked.audience)
    finer = list(Precision).index(Precision(about["precision"])) < list(Precision).index(found.precision)
    if found.outside and (wider or finer):
        raise BadInput(
            f"the older briefing was for another audience ({about['audience']}, places by "
            f"{about['precision']}) and tells more than this one may; compare with one for: "
            f"{asked.audience.value}, {found.precision.value}"
        )


def part(making: Making, older: Record) -> Section:
    """The section that tells the changes."""
    check(making.found, older)
    old = {one["incident_id"]: one for one in older["incidents"]}
    new = {str(one["incident_id"]): one for one in making.facts}
    key = _cite(making, older, [*new])
    blocks: list[Block] = [Para(_intro(older)), *_differs(making, older)]
    came, gone = [i for i in new if i not in old], [i for i in old if i not in new]
    counts = [
        say(
            _("New in this one: {count} {refs}."),
            count=_count(came, key, "changed.new"),
            refs=_refs(making.refs(came)),
        ),
        say(
            _("No longer in it: {count} {refs}."),
            count=_count(gone, key, "changed.gone"),
            refs=_refs(fmt.listed(i[:12] for i in gone)),
        ),
    ]
    revised = [one for i in new if i in old and (one := _revised(making, old[i], new[i], key))]
    blocks.append(Bullets((*counts, *_totals(making, older, key), *revised)))
    if not came and not gone and not revised:
        blocks.append(Para((_("No incident was added, taken out or revised."),)))
    return Section("changed", _("What has changed since the older briefing"), tuple(blocks))


def _cite(making: Making, older: Record, ids: Sequence[str]) -> str:
    told = say(
        _("The older briefing, as known on {day}, beside this one."),
        day=Label(fmt.written(older["about"]["as_of"])),
    )
    query = {
        "query": "compare",
        "older_sha256": older["sha256"],
        "older_data_version": older["about"]["data_version"],
    }
    return making.notes.cite("older", told, query, ids)


def _intro(older: Record) -> Runs:
    about = older["about"]
    words = _("Compared with the briefing on {since} to {until}, state of the record {version}.")
    return say(
        words,
        since=Label(fmt.written(about["since"])),
        until=Label(fmt.written(about["as_of"])),
        version=Label(about["data_version"]),
    )


def _differs(making: Making, older: Record) -> list[Block]:
    """Where the two are not about the same, so that a difference may have another reason."""
    about, asked = older["about"], making.found.asked
    mine = {"region": asked.region_id, "since": asked.since.isoformat(), "audience": asked.audience.value}
    same = all(about[name] == value for name, value in mine.items())
    if (
        same
        and about["precision"] == making.found.precision.value
        and about["titles"].get("en", "") in ("", _title(making, about))
    ):
        return []
    words = _(
        "The older one was about another subject, another time or another audience, which alone explains "
        "some changes."
    )
    return [Para((words,), "warning")]


def _title(making: Making, about: Record) -> str:
    """The older title where it is of the same subject; any other text elsewhere."""
    same = about["subject"]["id"] in (None, making.found.subject.id)
    return str(about["titles"].get("en", "")) if same else " "


def _refs(told: str) -> Runs:
    return (" (", Label(told), ")") if told else ()


def _count(ids: Sequence[str], key: str, name: str) -> Figure:
    return Figure(n_("{count} incident", "{count} incidents", len(ids)), key, name, len(ids))


def _totals(making: Making, older: Record, key: str) -> list[Runs]:
    """The number of the dead then and now."""
    before = {one["name"]: one["value"] for one in older["figures"]}
    then = before.get("incidents.killed")
    if not isinstance(then, dict) or not making.facts:
        return []
    now = sums.total(making.facts, making.found.below)
    was = sums.Toll(then["low"], then["best"], then["high"], int(then["low"] is not None), then["unknown"])
    if (was.low, was.best, was.high) == (now.low, now.best, now.high):
        return []
    words = _("Reported killed: {before} then, {now} now.")
    return [say(words, before=Figure(toll_words(was), key), now=Figure(toll_words(now), key))]


def _revised(making: Making, old: Record, new: Record, key: str) -> Runs:
    """What changed of one incident; empty where nothing did."""
    parts = [_killed(making, old, new, key), *_words(old, new), _days(old, new)]
    told = joined([one for one in parts if one], _("; "))
    mark = Label(making.marks[str(new["incident_id"])])
    return say(_("{mark}: {told}"), mark=mark, told=told) if told else ()


def _killed(making: Making, old: Record, new: Record, key: str) -> Runs:
    then, now = old["killed"], sums.one(new, making.found.below)
    if (then["low"], then["best"], then["high"]) == (now.low, now.best, now.high):
        return ()
    was = sums.Toll(then["low"], then["best"], then["high"], int(then["high"] is not None), 0)
    words = _("killed {before} then, {now} now")
    return say(words, before=Figure(toll_words(was), key), now=Figure(toll_words(now), key))


def _words(old: Record, new: Record) -> list[Runs]:
    """Changes of kind and state."""
    found = []
    for name in ("incident_type", "verification"):
        if old[name] != str(new[name]):
            words = {"old": texts.word(name, old[name]), "new": texts.word(name, new[name])}
            found.append(say(_("{old} then, {new} now"), **words))
    return found


def _days(old: Record, new: Record) -> Runs:
    if (old["date_start"], old["date_end"]) == (bare(new["date_start"]), bare(new["date_end"])):
        return ()
    told = Label(fmt.days(new["date_start"], new["date_end"]))
    return say(_("{old} then, {new} now"), old=Label(fmt.written(old["date_end"])), new=told)
