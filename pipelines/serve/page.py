"""The page of `siyu serve` on which a metric is asked: a form, its answer, and the people behind a number.

What belongs here: what stands on the page and what a click does. What does not: any answer (questions.py), who may see
the page (site.py). Every text of data is a text node of Dash's, so that a nickname is shown and never run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import Any

import duckdb
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from pipelines.database import first_line
from pipelines.metrics import find_metric
from pipelines.report.shapes import OK, Cell, Field
from pipelines.report.words import Words, load_words
from pipelines.serve import questions
from pipelines.serve.questions import Answer, Parameter, People
from pipelines.settings import Settings
from pipelines.spec.table_file import TableError
from pipelines.warehouse import NothingPublished

# A mistake of whoever asks, told on the page; anything else is a fault.
_LIVE: Any = {"aria-live": "polite"}
MISTAKES = (TableError, NothingPublished, duckdb.Error, ValueError)


def put(app: Dash, settings: Settings) -> None:
    """The page and what happens on it."""
    words = load_words(settings.language)
    app.layout = _layout(words)

    @app.callback(Output("form", "children"), Output("definition", "children"), Input("metric", "value"))
    def chosen(name: str) -> tuple[list[Any], list[Any]]:
        return [_field(one) for one in questions.parameters_of(name, words)], _definition(name, words)

    @app.callback(
        Output("answer", "children"),
        Output("people", "children"),
        Output("asked", "data"),
        Input("ask", "n_clicks"),
        Input("metric", "value"),
        State({"parameter": ALL, "of": ALL}, "value"),
        State({"parameter": ALL, "of": ALL}, "id"),
        State("as_of", "value"),
    )
    def asked(_: int, name: str, values: list[Any], ids: list[dict[str, str]], day: str | None) -> tuple[Any, ...]:
        # on a change of the metric the form is still that of the one before
        typed = {one["parameter"]: _text(value) for one, value in zip(ids, values, strict=True) if one["of"] == name}
        try:
            as_of = date.fromisoformat(day) if day else None
            parameters = questions.asked(name, typed)
            found = questions.answer(settings, name, parameters, as_of)
        except MISTAKES as error:
            return [_mistake(error, words)], [], None
        keys = [{key: _json(value) for key, value in row.items()} for row in found.keys]
        return _answer(found, words), [], {"metric": name, "typed": typed, "as_of": day, "keys": keys}

    @app.callback(
        Output("people", "children", allow_duplicate=True),
        Input({"row": ALL, "column": ALL}, "n_clicks"),
        State("asked", "data"),
        prevent_initial_call=True,
    )
    def behind(clicks: list[int | None], was: dict[str, Any] | None) -> Any:
        place = ctx.triggered_id
        if not any(clicks) or not was or not isinstance(place, Mapping):
            raise PreventUpdate
        try:
            found = questions.people(
                settings,
                was["metric"],
                questions.asked(was["metric"], was["typed"]),
                date.fromisoformat(was["as_of"]) if was["as_of"] else None,
                was["keys"][place["row"]],
                place["column"],
            )
        except MISTAKES as error:
            return [_mistake(error, words)]
        return _people(found, settings, words) if found else no_update


def _layout(words: Words) -> Any:
    offered = questions.offered(words.language)
    options = [{"label": title, "value": name} for name, title in offered.items()]
    return html.Main(
        lang={"zh": "zh-CN"}.get(words.language, words.language),
        children=[
            html.Header([html.H1(words("serve.title")), html.A(words("serve.reports"), href="/reports/index.html")]),
            html.Section(
                className="ask",
                children=[
                    _labelled(
                        words("serve.metric"), dcc.Dropdown(options, next(iter(offered)), id="metric", clearable=False)
                    ),
                    html.Div(id="form", className="form"),
                    _labelled(words("serve.as_of"), dcc.Input(id="as_of", type="text", placeholder="2026-03-31")),
                    html.Button(words("serve.ask"), id="ask"),
                ],
            ),
            dcc.Loading(html.Section(id="answer", **_LIVE)),
            html.Section(id="people", **_LIVE),
            html.Section(id="definition"),
            dcc.Store(id="asked"),
        ],
    )


def _labelled(label: str, field: Any) -> Any:
    return html.Label([html.Span(label), field], className="field")


def _field(one: Parameter) -> Any:
    id_ = {"parameter": one.name, "of": one.of}
    options = [{"label": title, "value": word} for word, title in one.words.items()]
    if one.kind == "word":
        return _labelled(one.title, dcc.Dropdown(options, one.default, id=id_, clearable=False))
    if one.kind == "words":
        return _labelled(one.title, dcc.Dropdown(options, one.default.split(","), id=id_, multi=True))
    hints = f"words-{one.name}"
    field = dcc.Input(id=id_, value=one.default, type="text", debounce=False, list=hints if one.words else None)
    known = [html.Datalist([html.Option(title, value=word) for word, title in one.words.items()], id=hints)]
    return _labelled(one.title, html.Div([field, *(known if one.words else [])]))


def _text(value: Any) -> str:
    """What stands in a field, as it would be typed."""
    return ",".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _mistake(error: BaseException, words: Words) -> Any:
    is_slow = isinstance(error, duckdb.InterruptException)
    said = words("serve.too_long", seconds=str(questions.SECONDS)) if is_slow else first_line(error)
    return html.P(said, className="mistake", role="alert")


def _answer(found: Answer, words: Words) -> list[Any]:
    notes = [html.P(note, className="note") for note in found.notes]
    if not found.rows:
        return [*notes, html.P(words("serve.nothing"), className="note")]
    if found.rows > len(found.lines):
        cut = words("serve.first", shown=str(len(found.lines)), rows=f"{found.rows:,}")
        notes.append(html.P(cut, className="note"))
    drawn = [dcc.Graph(figure=found.figure, config={"displayModeBar": False})] if found.figure is not None else []
    call = html.Div([html.Code(found.call, id="call"), dcc.Clipboard(target_id="call", title=words("serve.copy"))])
    if any(found.with_people):
        notes.append(html.P(words("serve.click"), className="note"))
    table = _table(found.fields, found.lines, found.with_people)
    sql = html.Details([html.Summary("SQL"), html.Pre(found.sql)])
    return [*notes, *drawn, html.Div(table, className="scroll", tabIndex=0), html.Div(call, className="call"), sql]


def _table(fields: Sequence[Field], lines: Sequence[Sequence[Cell]], with_people: Sequence[Set[str]] = ()) -> Any:
    """`with_people`: of each line the columns whose numbers lead to people."""
    heads = [html.Th(one.label, className="number" if one.is_number else "", scope="col") for one in fields]
    body = []
    for row, line in enumerate(lines):
        leading = with_people[row] if with_people else ()
        cells = zip(fields, line, strict=True)
        body.append(html.Tr([_cell(one, cell, row if one.name in leading else None) for one, cell in cells]))
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(body)])


def _cell(field: Field, cell: Cell, row: int | None) -> Any:
    shown: Any = cell.text
    if row is not None and cell.state == OK and cell.value:
        shown = html.Button(cell.text, id={"row": row, "column": field.name}, className="people")
    return html.Td(shown, className=" ".join(["number"] * field.is_number + ["quiet"] * (cell.state != OK)))


def _people(found: People, settings: Settings, words: Words) -> list[Any]:
    if not found.lines:
        return [html.P(words("serve.few", n=str(settings.small_group)), className="note", role="status")]
    said = words("serve.people", shown=str(len(found.lines)), count=f"{found.count:,}")
    return [html.H2(said), html.Div(_table(found.fields, found.lines), className="scroll", tabIndex=0)]


def _definition(name: str, words: Words) -> list[Any]:
    table = find_metric(name)
    text = table.description_zh if words.language == "zh" and table.description_zh else table.description
    columns = [
        html.Li([html.B(one.zh if words.language == "zh" else one.name), f" {one.name} {one.description}"])
        for one in table.columns.values()
    ]
    listed = html.Details([html.Summary(words("serve.columns")), html.Ul(columns)])
    return [html.H2(words("serve.definition")), html.P(text), listed]
