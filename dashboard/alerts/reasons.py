"""Why an alert changed, in plain words; rules that speak of something else than a level have words of their own."""

from dashboard.i18n import N_

REASONS = {
    "error": N_("Scoring failed on this day"),
    "no_data": N_("Not assessed on this day"),
    "again": N_("Assessed again"),
    "at_once": N_("Level {level}: opened at once"),
    "first_day": N_("Level {level} for the first day"),
    "cooling": N_("Level {level} again within {days} days of the last alert: held back"),
    "expired": N_("The days that it spoke of are over"),
    "one_day": N_("Level 3 lasted one day only"),
    "second_day": N_("Level {level}: at least 3 for the second day"),
    "risen": N_("Level {level}, above the {settled} at which it was closed"),
    "level": N_("Level {level}, the highest since it opened"),
    "standing": N_("Level {level} still stands when its days are over: renewed"),
    "anew": N_("Level {level} again, after the days of the last alert were over"),
    "recovering": N_("Clearly below the warning threshold"),
    "back": N_("Back at level {level}"),
    "calm": N_("Calm for {days} days"),
    "silent_one_day": N_("No word for one day only"),
    "silent_first": N_("No word from any source that used to speak of it, for the first day"),
    "silent": N_("No word from any source that used to speak of it, for the second day"),
    "silent_back": N_("The sources fell silent again"),
    "heard": N_("A source that was silent speaks again"),
    "heard_long": N_("The sources have spoken again for {days} days"),
    "run_late": N_("The daily job or a feed failed, or the job has not run for too long"),
    "run_again": N_("The daily job and the feeds run again"),
    "unlike_over": N_("Clearly below the threshold of its own past"),
}
_SILENCE = {
    "first_day": "silent_first",
    "second_day": "silent",
    "one_day": "silent_one_day",
    "recovering": "heard",
    "back": "silent_back",
    "calm": "heard_long",
}
_RUN = {
    "at_once": "run_late",
    "recovering": "run_again",
    "back": "run_late",
    "calm": "run_again",
}
_PAST = {"recovering": "unlike_over"}
_SPEECH = {"silence": _SILENCE, "surge": _PAST, "novelty": _PAST, "failed_run": _RUN}
ENDED = ("calm", "heard_long", "run_again", "expired")


def speech(rule: str, code: str) -> str:
    """The code of the reason in the words of a rule."""
    return _SPEECH.get(rule, {}).get(code, code)
