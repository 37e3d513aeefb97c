"""The icon font with the icons that are used: `python -m tests.dashboard.icons` makes it anew after one was added.

Material Symbols are Google's, under the Apache License 2.0, as Streamlit ships them.
"""

import hashlib
import io
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from dashboard import app, packed

# At hand for pages to come, so that an icon rarely makes the font anew.
SPARE = """
add alarm arrow_back arrow_downward arrow_drop_down arrow_drop_up arrow_forward arrow_upward assignment
assignment_ind balance bar_chart bookmark build calendar_today call_merge call_split cancel chat check_box
circle close cloud_off compare_arrows content_paste dashboard delete description diamond done done_all
download draft edit edit_note emergency error event expand_all fact_check feed file_download file_upload
filter_alt filter_list flag folder forum front_hand group groups handshake help help_outline hexagon history
home hourglass_empty house how_to_reg inbox info insights inventory join key keyboard keyboard_arrow_left
keyboard_arrow_up label language last_page launch lightbulb link_off list list_alt location_on lock
lock_open login logout mail map mark_email_read menu_book merge model_training move_up new_releases
newspaper not_listed_location note_add notifications notifications_active notifications_off open_in_new
palette pause pending person person_add phone place play_arrow playlist_add_check print priority_high public
question_mark queue radio_button_checked radio_button_unchecked refresh remove replay report reply restore
rule save schedule school scoreboard search search_off send settings share shield source speed square star
stop straighten summarize sync sync_problem table_chart table_view task task_alt text_fields timeline toc
today travel_explore trending_down trending_flat trending_up tune undo update upload_file verified
verified_user view_list visibility volume_off warning west wifi_off
"""


def used() -> set[str]:
    """The icons that our pages and Streamlit's scripts name."""
    ours = [one.read_text("utf-8") for one in packed.OURS.rglob("*.py")]
    theirs = [one.read_text("utf-8") for one in (packed._static() / "static" / "js").glob("*.js")]
    found = {name for text in (*ours, *theirs) for name in re.findall(r":material/([a-z0-9_]+)", text)}
    return found | {one.icon for one in app.PAGES}


def whole() -> Path:
    """Streamlit's font of all icons."""
    return next((packed._static() / "static" / "media").glob("MaterialSymbols-*.woff2"))


def opened(body: bytes) -> Any:
    """A font."""
    from fontTools.ttLib import TTFont

    return TTFont(io.BytesIO(body))


def glyphs(font: Any) -> dict[str, str]:
    """The drawing that each icon's name becomes."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    found = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in (getattr(one, "ExtSubTable", one) for one in lookup.SubTable):
            for first, each in table.ligatures.items():
                for one in each:
                    found["".join(letters[glyph] for glyph in (first, *one.Component))] = one.LigGlyph
    return found


@cache
def known() -> dict[str, str]:
    """The icons there are."""
    return glyphs(opened(whole().read_bytes()))


def made(names: set[str]) -> bytes:
    """The font with these icons only."""
    from fontTools.subset import Options, Subsetter

    options = Options(flavor="woff2", layout_closure=False, layout_features=["*"], notdef_outline=True)
    font = opened(whole().read_bytes())
    cutter = Subsetter(options)
    letters = sorted(set("".join(names)))
    cutter.populate(glyphs=[known()[name] for name in names], text="".join(letters))
    cutter.subset(font)
    font.flavor, out = "woff2", io.BytesIO()
    font.save(out)
    return out.getvalue()


def main() -> None:
    """Write the font and what it was made of."""
    names = (used() | set(SPARE.split())) & set(known())
    packed.ICONS.write_bytes(made(names))
    of = hashlib.sha256(whole().read_bytes()).hexdigest()
    packed.ICONS_OF.write_text(json.dumps({"of": of, "icons": sorted(names)}, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    main()
