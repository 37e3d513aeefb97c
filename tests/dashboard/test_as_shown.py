"""A table back from its HTML: the names of its columns and what each cell says, nothing lost and nothing else."""

from dashboard import as_shown, markup, origins


def test_a_table_is_read_back_as_it_was_shown() -> None:
    cells = [
        ["<b>A &amp; B</b><div>\u206612–15%\u2069</div>", ""],
        [markup.link("C", "./x"), markup.plain("<i>")],
    ]
    shown = markup.table(["Name", "Note"], cells, caption="Of two", told="So.", source=origins.RECORD)
    read = as_shown.rows(shown)
    assert list(read.columns) == ["Name", "Note"]
    assert read.to_numpy().tolist() == [["A & B 12–15%", ""], ["C", "<i>"]]
    assert as_shown.rows("<p>no table</p>").empty
