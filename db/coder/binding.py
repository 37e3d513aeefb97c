"""Which count belongs to which word of harm: before "were killed", behind "kills", parts behind "including"."""

import re
from dataclasses import dataclass, replace

from db.coder.stream import NUMBER_OF, Count, Item, words_between
from db.coder.text import Text

ACTIVE_REACH_WORDS, BARE_REACH_WORDS, NOUN_REACH_WORDS, TOLL_REACH_WORDS = 3, 5, 20, 20
CASUALTY = "casualty"
_ATTEMPT = re.compile(
    r"(?:attempt\w*|tr(?:y|ies|ied)|fail\w*|plot\w*|محاوله|محاولات|حاول\w*)\s(?:to\s|of\s)?$", re.IGNORECASE
)
_PLACED = re.compile(r"(?<!\w)(?:in|at|on|near)(?!\w)", re.IGNORECASE)
_BY = re.compile(r"(?<!\w)by(?!\w)", re.IGNORECASE)
_PASSIVE = re.compile(r"\b(?:was|were|been|being|be|get|got|who)\s(?:\w+\s)?$")


@dataclass(frozen=True, slots=True)
class Tie:
    """A count tied to one or more kinds of harm, from the first to the last of their words."""

    count: Count
    harms: frozenset[str]
    start: int
    end: int
    part: bool = False


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
            if word.value.endswith("toll"):
                break
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
        harms = self._meant(frozenset(harm for harm, _ in said), chosen[0])
        if (
            len(harms) > 1
            and CASUALTY in harms
            and not any(w.kind == "and" for w in chosen)
            and _en(self.text)
        ):
            harms -= {CASUALTY}  # "20 casualties killed"
        if (
            not harms
            or (self._is_release(chosen[0]) and harms != {"killed"})
            or _ATTEMPT.search(self.text.plain[max(0, chosen[0].start - 30) : chosen[0].start])
        ):
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

    def _meant(self, harms: frozenset[str], word: Item) -> frozenset[str]:
        """What "raise the number to 8" counts: the harm named before it, else nobody knows what."""
        if harms != {"number"}:
            return harms
        before = [w.value.split(":")[0] for w in self.words if w.kind == "harm" and w.end <= word.start]
        return frozenset(before[-1:])

    def _counts(self, first: Item, last: Item, form: str, last_form: str) -> list[tuple[Count, bool]]:
        if form.startswith("toll"):
            said = self._said_before(first)
            return [(c, False) for c in said or self._right(last, TOLL_REACH_WORDS, one=True)]
        left = self._left(first)
        lone = [
            c for c in self.numbers if c.start <= first.start and c.end == first.end and not self._used(c)
        ]
        if lone and form.startswith("noun"):
            return [(lone[0], False)]
        if form.startswith("noun") or (form == "past" and left and not self._acts(last, left)):
            return left
        right = [(c, False) for c in self._right(last, ACTIVE_REACH_WORDS) if c.who or form != "lost"]
        return right or (left if form == "past" or not _en(self.text) else [])

    def _said_before(self, word: Item) -> list[Count]:
        """The count that stands before its noun: "raises to 45 the number of the killed"."""
        for count in (c for c in self.numbers if c.end <= word.start and not self._used(c)):
            found = NUMBER_OF.match(self.text.plain, count.end)
            if found and found.end() >= word.start:
                return [count]
        return []

    def _acts(self, word: Item, left: list[tuple[Count, bool]]) -> bool:
        """Whether "killed" in "3 gunmen killed 5 civilians" has its own object."""
        passive = _PASSIVE.search(self.text.plain, max(0, word.start - 30), word.start)
        if passive or not _en(self.text):
            return False
        near = [c for c in self._right(word, 0) if c.who and not self._is_followed(c)]
        return bool(near)

    def _left(self, word: Item) -> list[tuple[Count, bool]]:
        """The counts before a word of harm: the nearest, those joined to it, and parts before "among"."""
        taken: list[tuple[Count, bool]] = []
        part, skipped, position = False, False, word.start
        for count in reversed([c for c in self.numbers if c.end <= word.start]):
            between = [w for w in self.words if count.end <= w.start < position]
            kinds = {w.kind for w in between}
            outside = skipped or "including" not in kinds or _after(between, "comma", "including")
            if (
                self._used(count)
                or kinds & {"harm", "break"}
                or not outside
                or self._too_far(count, position)
            ):
                break
            if not taken and "and" in kinds and _PLACED.search(self.text.plain, count.end, position):
                break
            if taken and not self._is_joined(count, kinds, position):
                break
            if self._is_included(count):
                if not taken and not self._is_passive(word):
                    break
                skipped = True  # "40 people, including 9 children, were killed"
                continue
            part = part or (bool(taken) and "among" in kinds)
            taken.append((count, part))
            position = count.start
        return taken[::-1]

    def _too_far(self, count: Count, position: int) -> bool:
        reach = NOUN_REACH_WORDS if count.who else BARE_REACH_WORDS
        return words_between(self.text, count.end, position) > reach

    def _is_joined(self, count: Count, kinds: set[str], position: int) -> bool:
        """Whether a count goes with the one behind it: "3 soldiers and 2 farmers"."""
        if "comma" in kinds and not count.who:
            return False
        return bool(kinds & {"and", "comma", "among"}) or self._and_between(count, position)

    def _is_passive(self, word: Item) -> bool:
        return _PASSIVE.search(self.text.plain, max(0, word.start - 30), word.start) is not None

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
            if _BY.search(self.text.plain, position, count.start) and not one:
                break
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
        """ "50 casualties, including 9 children, were killed": the casualties are dead."""
        for number, tie in enumerate(self.made):
            between = {w.kind for w in self.words if tie.end <= w.start < word.start}
            if tie.harms == {CASUALTY} and not between & {"break", "harm"}:
                self.made[number] = replace(tie, harms=frozenset({"killed"}), end=word.end)

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
