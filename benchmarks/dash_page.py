"""Today's table, list and line chart in Dash, for `benchmarks.beside_dash`: `dash_page.py FILE.db DAY PORT`.

It runs with a Python that has Dash and pandas, and nothing of ours.
"""

import sqlite3
import sys

import pandas as pd
import plotly.graph_objects as go
from dash import Dash, dcc, html

ROWS = """SELECT c.name, c.group_code, s.level, s.probability, s.low, s.high, s.confidence FROM score s
JOIN community c ON c.id = s.area_id WHERE s.as_of = ? AND s.target = 'escalation' AND s.horizon_days = 28
ORDER BY s.level DESC, s.probability DESC"""
NEWS = """SELECT v.date_end, p.name, v.incident_type, v.deaths FROM incident_version v
LEFT JOIN place p ON p.id = v.district_id WHERE v.date_end <= ? ORDER BY v.date_end DESC LIMIT 16"""
TREND = """SELECT as_of, probability FROM score WHERE area_id = (SELECT min(id) FROM community)
AND target = 'escalation' AND horizon_days = 28 AND as_of <= ? ORDER BY as_of"""


def layout(file: str, day: str) -> html.Div:
    """The page, read anew."""
    with sqlite3.connect(file) as store:
        rows, news, trend = (pd.read_sql_query(asked, store, params=(day,)) for asked in (ROWS, NEWS, TREND))
    head = html.Tr([html.Th(name) for name in rows.columns])
    body = [html.Tr([html.Td(str(cell)) for cell in row]) for row in rows.itertuples(index=False)]
    items = [html.Li(" · ".join(str(cell) for cell in row)) for row in news.itertuples(index=False)]
    figure = go.Figure(go.Scatter(x=trend["as_of"], y=trend["probability"]))
    table = html.Table([html.Thead(head), html.Tbody(body)], id="table")
    return html.Div([html.H1("Today"), table, html.Ul(items, id="list"), dcc.Graph(figure=figure)])


if __name__ == "__main__":
    path, as_of, port = sys.argv[1:]
    app = Dash(__name__, serve_locally=True)
    app.layout = lambda: layout(path, as_of)
    app.run(host="127.0.0.1", port=port, debug=False)
