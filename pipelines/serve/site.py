"""The reports as files and the pages that ask, as one site on this machine, or with a password for others.

What belongs here: addresses, who may see them, what a browser may do with them. What does not: answers (questions.py),
what the pages look like (assets/serve).

A question is an address: it can be kept, sent and gone back to. No page has a script, none names another host, and only
reports, workbooks and papers of published/reports are sent; a report brings its own, stricter policy.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
from flask import Flask, Response, abort, redirect, render_template, request, send_from_directory
from flask_httpauth import HTTPBasicAuth
from pydantic import SecretStr
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from pipelines.database import first_line
from pipelines.metrics import find_metric
from pipelines.report.words import Words, load_words
from pipelines.serve import questions
from pipelines.settings import Settings
from pipelines.spec.reading import ASSETS
from pipelines.spec.table_file import TableError
from pipelines.warehouse import NothingPublished

REPORTS = "/reports/"
SENT = (".html", ".xlsx", ".pdf")
LONGEST_NAME = 200
USER = "siyu"
LOOPBACK = ("localhost", "127.0.0.1")
# Beside a metric's parameters in an address: which metric, which day, and of a number whose people are asked for its
# column and its row's key.
METRIC, AS_OF, COLUMN, KEY = "metric", "as_of", "column", "row."
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# A mistake of whoever asks, told on the page; anything else is a fault.
MISTAKES = (TableError, NothingPublished, duckdb.Error, ValueError)


def site(settings: Settings, password: SecretStr | None = None, names: tuple[str, ...] = LOOPBACK) -> Flask:
    """The site. `password`: without, anybody who reaches it sees it. `names`: by which a browser may ask for it; a page
    of elsewhere that had its name point here is refused."""
    server = Flask("siyu", static_folder=None, template_folder=str(ASSETS / "serve"))
    server.config["TRUSTED_HOSTS"] = list(names)
    server.jinja_env.autoescape = True  # by itself Flask escapes in templates whose names end with .html alone
    words = load_words(settings.language)
    if password is not None:
        _ask_for(password, server)
    _send_files(server, settings.published / "reports", words)
    _answer(server, settings, words)

    @server.after_request
    def guarded(answer: Response) -> Response:
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "same-origin"
        answer.headers["Cache-Control"] = "no-store"
        is_report = request.path.startswith(REPORTS)
        answer.headers["Content-Security-Policy"] = "frame-ancestors 'none'" if is_report else POLICY
        return answer

    return server


def _ask_for(password: SecretStr, server: Flask) -> None:
    """Every request brings the password, whatever it asks for."""
    auth = HTTPBasicAuth(realm="Siyu")

    @auth.verify_password
    def known(user: str, typed: str) -> bool:
        right = password.get_secret_value()
        is_right = secrets.compare_digest(typed.encode(), right.encode())
        return secrets.compare_digest(user.encode(), USER.encode()) and is_right

    @server.before_request
    @auth.login_required
    def asked() -> None:
        if request.method == "OPTIONS":  # the one that the library lets through
            abort(405)


def _send_files(server: Flask, folder: Path, words: Words) -> None:
    @server.get("/")
    def start() -> AnyResponse:
        return redirect(f"{REPORTS}index.html" if (folder / "index.html").exists() else "/ask")

    @server.get("/style.css")
    def style() -> AnyResponse:
        return send_from_directory(ASSETS / "serve", "style.css")

    @server.get(f"{REPORTS}<path:name>")
    def report(name: str) -> AnyResponse:
        if Path(name).suffix not in SENT or name.startswith(".") or len(name) > LONGEST_NAME:
            abort(404)
        if not (folder / name).is_file():
            return Response(words("serve.no_report"), 404, mimetype="text/plain")
        return send_from_directory(folder, name)


def _answer(server: Flask, settings: Settings, words: Words) -> None:
    @server.get("/ask")
    def ask() -> str:
        return _page_of_question(settings, words, request.args)

    @server.get("/people")
    def people() -> str:
        return _page_of_people(settings, words, request.args)


def _page_of_question(settings: Settings, words: Words, asked: MultiDict[str, str]) -> str:
    offered = questions.offered(words.language)
    name = asked.get(METRIC, next(iter(offered)))
    if name not in offered:
        abort(404)
    table, typed = find_metric(name), _typed(name, words, asked)
    found, mistake = None, ""
    try:
        found = questions.answer(settings, name, questions.asked(name, typed), _day(asked))
    except MISTAKES as error:
        mistake = _said(error, words)
    is_chinese = words.language == "zh" and bool(table.description_zh)
    return render_template(
        "ask.html.j2",
        words=words,
        offered=offered,
        metric=name,
        parameters=questions.parameters_of(name, words),
        typed=typed,
        as_of=asked.get(AS_OF, ""),
        answer=found,
        links=_links(asked, name, typed, found) if found else (),
        mistake=mistake,
        definition=table.description_zh if is_chinese else table.description,
        columns=list(table.columns.values()),
    )


def _page_of_people(settings: Settings, words: Words, asked: MultiDict[str, str]) -> str:
    name = asked.get(METRIC, "")
    if name not in questions.offered(words.language):
        abort(404)
    typed, found, mistake = _typed(name, words, asked), None, ""
    row = {key: asked.get(f"{KEY}{key}") for key in find_metric(name).key}
    try:
        parameters = questions.asked(name, typed)
        found = questions.people(settings, name, parameters, _day(asked), row, asked.get(COLUMN, ""))
    except MISTAKES as error:
        mistake = _said(error, words)
    back = f"/ask?{urlencode(_address(asked, name, typed))}"
    said = {"people": found, "mistake": mistake, "small_group": settings.small_group}
    return render_template("people.html.j2", words=words, back=back, **said)


def _typed(name: str, words: Words, asked: MultiDict[str, str]) -> dict[str, str]:
    """What stands in the form: what the address says, else the defaults."""
    known = questions.parameters_of(name, words)
    return {one.name: ",".join(asked.getlist(one.name)) if one.name in asked else one.default for one in known}


def _day(asked: MultiDict[str, str]) -> date | None:
    text = asked.get(AS_OF, "").strip()
    return date.fromisoformat(text) if text else None


def _said(error: BaseException, words: Words) -> str:
    is_slow = isinstance(error, duckdb.InterruptException)
    return words("serve.too_long", seconds=str(questions.SECONDS)) if is_slow else first_line(error)


def _address(asked: MultiDict[str, str], name: str, typed: Mapping[str, str]) -> dict[str, str]:
    return {METRIC: name, **typed, AS_OF: asked.get(AS_OF, "")}


def _links(
    asked: MultiDict[str, str], name: str, typed: Mapping[str, str], found: questions.Answer
) -> list[dict[str, str]]:
    """Of each line, by column, where its number of people leads."""
    question, links = urlencode(_address(asked, name, typed)), []
    for key, columns in zip(found.keys, found.with_people, strict=True):
        row = urlencode({f"{KEY}{one}": _plain(value) for one, value in key.items() if value is not None})
        links.append({column: f"/people?{question}&{row}&{COLUMN}={column}" for column in columns})
    return links


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
