"""Counts of people killed, injured, abducted, detained, missing or displaced, each with its wording.

A number belongs to a word of harm beside it: before "were killed", behind "kills". "Killed and injured 20"
says of neither how many; "casualties" alone may be dead or wounded: both give a highest figure only.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from db.coder.draft import Figure, Span, Suggestion
from db.coder.stream import Count, Item, counts, items, words_between
from db.coder.text import Text
from db.vocab import Confidence, Harm, Status

ACTIVE_REACH_WORDS, BARE_REACH_WORDS, NOUN_REACH_WORDS, TOLL_REACH_WORDS = 3, 5, 20, 20
CASUALTY = "casualty"
_NONE_EN = r"(?:no|without(?: any)?|zero)\s(?:human\s|civilian\s)?(casualties|deaths|fatalities|victims|injuries|losses)"
_NONE_AR = r"(?:دون|بدون|لا|بلا)\s(?:وقوع\s|تسجيل\s|اي\s|وجود\s){0,2}(خساير بشريه|ضحايا|اصابات|قتلي|خساير)"
_NONE = {"en": re.compile(_NONE_EN, re.IGNORECASE), "ar": re.compile(_NONE_AR)}
_UNSURE = re.compile(r"information|confirm|known|reports? of|معلومات|تاكيد|انباء", re.IGNORECASE)
_ATTEMPT = re.compile(
    r"(?:attempt\w*|tr(?:y|ies|ied)|fail\w*|plot\w*|محاوله|محاولات|حاول\w*)\s(?:to\s|of\s)?$", re.IGNORECASE
)
_PLACED = re.compile(r"(?<!\w)(?:in|at|on|near)(?!\w)", re.IGNORECASE)
_INJURIES = ("injuries", "اصابات")


@dataclass(frozen=True, slots=True)
class Tie:
    """A count tied to one or more kinds of harm, from the first to the last of their words."""

    count: Count
    harms: frozenset[str]
    start: int
    end: int
    part: bool = False


def read(text: Text, taken: Iterable[Span]) -> list[Suggestion]:
    """The figures of a text, in order; `taken` are stretches whose numbers are something else (dates)."""
    taken = list(taken)
    found: list[Suggestion] = []
    for sentence in text.sentences:
        if words := items(text, sentence):
            ties = Sentence(text, words, counts(text, sentence, words, taken)).ties()
            found += [suggestion for tie in ties for suggestion in _suggestions(text, tie, ties)]
        found += _none(text, sentence)
    return found


class Sentence:
    """The words of one sentence while counts are being tied to harms."""

    def __init__(self, text: Text, words: list[Item], numbers: list[Count]) -> None:
        self.text, self.words, self.numbers = text, words, numbers
        self.made: list[Tie] = []

    def ties(self) -> list[Tie]:
        """Every count that belongs to a word of harm, in the order of the text."""
        position = 0
        while position < len(self.words):
            last = self._joint(position)
            if self.words[position].kind == "harm":
                self._tie(position, last)
            position = last + 1
        self._parts()
        return sorted(self.made, key=lambda tie: tie.count.start)

    def _joint(self, first: int) -> int:
        """The last of the words of harm that share a count: "killed and injured", "قتلى وجرحى"."""
        last = first
        if self.words[first].kind != "harm":
            return first
        for nxt in range(first + 1, len(self.words)):
            word = self.words[nxt]
            gap = self.text.plain[self.words[nxt - 1].end : word.start].strip(" -\"'")
            if word.kind == "and" and not gap:
                continue
            joined = nxt > last + 1 or gap in ("و", "او")
            if word.kind == "harm" and (joined or not gap) and gap in ("", "و", "او", "an", "a", "the"):
                if any(self.words[last].end <= c.start < word.start for c in self.numbers):
                    return last
                last = nxt
                continue
            break
        return last

    def _tie(self, first: int, last: int) -> None:
        chosen = self.words[first : last + 1]
        said = [word.value.split(":") for word in chosen if word.kind == "harm"]
        harms = frozenset(harm for harm, _ in said)
        if (
            len(harms) > 1
            and CASUALTY in harms
            and not any(w.kind == "and" for w in chosen)
            and _en(self.text)
        ):
            harms -= {CASUALTY}  # "71 casualties killed"
        if self._is_release(chosen[0]) or _ATTEMPT.search(self.text.plain[: chosen[0].start][-30:]):
            return
        for count, part in self._counts(chosen[0], chosen[-1], said[0][1], said[-1][1]):
            start, end = min(count.start, chosen[0].start), max(count.end, chosen[-1].end)
            self.made.append(Tie(count, harms, start, end, part))
        if (
            harms == {"killed"}
            and said[0][1] == "past"
            and not any(t.end == chosen[-1].end for t in self.made)
        ):
            self._say_killed(chosen[0])

    def _counts(self, first: Item, last: Item, form: str, last_form: str) -> list[tuple[Count, bool]]:
        if form.startswith("toll"):
            reach = TOLL_REACH_WORDS
            return [(c, False) for c in self._right(last, reach, one=True)]
        left = self._left(first)
        lone = [
            c for c in self.numbers if c.start <= first.start and c.end == first.end and not self._used(c)
        ]
        if lone and form.startswith("noun"):
            return [(lone[0], False)]
        if form.startswith("noun") or (form == "past" and left and not self._acts(last, left)):
            return left
        right = [(c, False) for c in self._right(last, ACTIVE_REACH_WORDS)]
        return right or (left if form == "past" or not _en(self.text) else [])

    def _acts(self, word: Item, left: list[tuple[Count, bool]]) -> bool:
        """Whether "killed" in "3 gunmen killed 5 civilians" has its own object."""
        passive = re.search(
            r"\b(?:was|were|been|being|be|get|got|who)\s(?:\w+\s)?$", self.text.plain[: word.start][-30:]
        )
        if passive or not _en(self.text):
            return False
        near = [c for c in self._right(word, 0) if c.who and not self._is_followed(c)]
        return bool(near)

    def _left(self, word: Item) -> list[tuple[Count, bool]]:
        """The counts before a word of harm: the nearest, those joined to it, and parts before "among"."""
        taken: list[tuple[Count, bool]] = []
        part, position = False, word.start
        for count in reversed([c for c in self.numbers if c.end <= word.start]):
            between = [w for w in self.words if count.end <= w.start < position]
            kinds = {w.kind for w in between}
            comma_after = "including" not in kinds or _after(between, "comma", "including")
            if self._used(count) or kinds & {"harm", "break"} or not comma_after:
                break
            gap = words_between(self.text, count.end, position)
            if "and" in kinds and _PLACED.search(self.text.plain, count.end, position) and not taken:
                break
            if gap > (NOUN_REACH_WORDS if count.who else BARE_REACH_WORDS):
                break
            if taken and not kinds & {"and", "comma", "among"} and not self._and_between(count, position):
                break
            part = part or (bool(taken) and "among" in kinds)
            if taken and "comma" in kinds and not count.who:
                break
            if self._is_included(count):
                if not taken:
                    break
                continue
            taken.append((count, part))
            position = count.start
        return taken[::-1]

    def _and_between(self, count: Count, position: int) -> bool:
        return not _en(self.text) and bool(re.search(r"\sو", self.text.plain[count.end : position + 1]))

    def _right(self, word: Item, reach: int, *, one: bool = False) -> list[Count]:
        """The counts behind a word of harm: the first near enough, and those joined to it."""
        taken: list[Count] = []
        position = word.end
        for count in (c for c in self.numbers if c.start >= word.end or (c.start < word.end < c.end)):
            between = {w.kind for w in self.words if position <= w.start < count.start}
            stops = {"harm", "break", "including", "among"} - ({"harm", "among"} if one else set())
            gap = words_between(self.text, position, count.start)
            if self._used(count) or between & stops or gap > (reach if not taken else NOUN_REACH_WORDS):
                break
            joined = between & {"and", "comma"} or self._and_between_right(position, count)
            if taken and (one or not joined or not count.who or self._is_followed(count)):
                break
            if not taken and self._is_followed(count) and not one and gap:
                break
            taken.append(count)
            position = count.end
        return taken

    def _and_between_right(self, position: int, count: Count) -> bool:
        return not _en(self.text) and bool(re.search(r"\sو", self.text.plain[position : count.start + 1]))

    def _is_followed(self, count: Count) -> bool:
        """Whether another word of harm claims this count from behind: "killed 3 and 5 injured"."""
        for word in self.words:
            if word.start < count.end:
                continue
            if word.kind == "harm":
                form = word.value.split(":")[1]
                near = words_between(self.text, count.end, word.start) <= 3
                return near and (form.startswith("noun") or (form == "past" and _en(self.text)))
            if word.kind in ("and", "comma", "break", "including"):
                return False
        return False

    def _is_included(self, count: Count) -> bool:
        before = [w for w in self.words if w.end <= count.start and w.kind in ("including", "comma", "harm")]
        return bool(before) and before[-1].kind == "including"

    def _used(self, count: Count) -> bool:
        return any(tie.count is count for tie in self.made)

    def _is_release(self, word: Item) -> bool:
        before = [w for w in self.words if w.kind == "released" and w.end <= word.start]
        return bool(before) and words_between(self.text, before[-1].end, word.start) <= 5

    def _say_killed(self, word: Item) -> None:
        """ "740 casualties, including 265 children, were killed": the casualties are dead."""
        for number, tie in enumerate(self.made):
            between = {w.kind for w in self.words if tie.end <= w.start < word.start}
            if tie.harms == {CASUALTY} and not between & {"break", "harm"}:
                self.made[number] = replace(tie, harms=frozenset({"killed"}))

    def _parts(self) -> None:
        """Counts behind "including" are parts of the total before it."""
        for mark in [w for w in self.words if w.kind == "including"]:
            before = [tie for tie in self.made if tie.count.start < mark.start and not tie.part]
            for count in self.numbers if before else []:
                stops = [
                    w for w in self.words if mark.end <= w.start < count.start and w.kind in ("harm", "break")
                ]
                if count.start >= mark.end and not stops and not self._used(count):
                    whole = before[-1]
                    self.made.append(Tie(count, whole.harms, count.start, count.end, part=True))


def _en(text: Text) -> bool:
    return text.lang == "en"


def _after(words: list[Item], kind: str, other: str) -> bool:
    """Whether a word of one kind stands behind the last of another."""
    places = {w.kind: n for n, w in enumerate(words)}
    return places.get(kind, -1) > places.get(other, -1)


def _suggestions(text: Text, tie: Tie, ties: list[Tie]) -> Iterator[Suggestion]:
    joint = len(tie.harms) > 1 or CASUALTY in tie.harms
    names = ["killed", "injured"] if CASUALTY in tie.harms else sorted(tie.harms - {CASUALTY}, reverse=True)
    others = [t for t in ties if t.harms == tie.harms and not t.part]
    for name in names:
        quantity, wording = tie.count.quantity, " ".join(text.phrase(tie.start, tie.end).split())[:255]
        low, best, high = quantity.low, quantity.best, quantity.high
        if joint:
            low, best, high = None, None, high or best
        status = _status(tie.count.who, alone=len(others) < 2)
        figure = Figure(Harm(name), status, low, best, high, wording, tie.part)
        span = text.span(tie.start, tie.end)
        yield Suggestion(
            "harm", figure, span, text.phrase(tie.start, tie.end), _sure(tie, joint), _why(tie, joint)
        )


def _status(who: str | None, *, alone: bool) -> Status:
    if who == "civilian":
        return Status.CIVILIAN
    return Status.ALL if alone else Status.UNKNOWN


def _sure(tie: Tie, joint: bool) -> Confidence:
    if joint or tie.count.quantity.best is None:
        return Confidence.LOW
    return Confidence.HIGH if tie.count.who else Confidence.MODERATE


def _why(tie: Tie, joint: bool) -> str:
    if CASUALTY in tie.harms and len(tie.harms) == 1:
        return "casualties may be dead or wounded: highest figure only"
    if joint:
        return "one number for several kinds of harm: highest figure only"
    if tie.part:
        return "part of a total that the text gives"
    return (
        "a vague number: its least meaning"
        if tie.count.quantity.best is None
        else "a number beside a word of harm"
    )


def _none(text: Text, sentence: Span) -> Iterator[Suggestion]:
    """An explicit "no casualties" is a zero; "no information about casualties" is not."""
    for found in _NONE[text.lang].finditer(text.plain, *sentence):
        around = text.plain[max(sentence[0], found.start() - 40) : min(sentence[1], found.end() + 40)]
        if _UNSURE.search(around):
            continue
        names = [Harm.INJURED] if found[1].lower() in _INJURIES else [Harm.KILLED]
        if found[1].lower() in ("casualties", "victims", "ضحايا", "losses", "خساير بشريه"):
            names = [Harm.KILLED, Harm.INJURED]
        for name in names:
            phrase = text.phrase(found.start(), found.end())
            figure = Figure(name, Status.ALL, 0, 0, 0, phrase)
            span = text.span(found.start(), found.end())
            yield Suggestion(
                "harm", figure, span, phrase, Confidence.MODERATE, "the text says that there were none"
            )
