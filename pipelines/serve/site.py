"""The reports as files and the page that asks, as one site on this machine, or with a password for others.

What belongs here: who may see it, and what a browser may do with it. What does not: the page (page.py), its answers
(questions.py).

Only reports, workbooks and papers of published/reports are sent. A page of ours names no other host, and the headers
forbid what it does not need; a report brings its own, stricter still.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from dash import Dash
from flask import Flask, Response, abort, redirect, request, send_from_directory
from flask_httpauth import HTTPBasicAuth
from pydantic import SecretStr
from werkzeug.wrappers import Response as AnyResponse

from pipelines.report.words import load_words
from pipelines.serve import page
from pipelines.settings import Settings
from pipelines.spec.reading import ASSETS

EXPLORE, REPORTS = "/explore/", "/reports/"
SENT = (".html", ".xlsx", ".pdf")
USER = "siyu"
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def site(settings: Settings, password: SecretStr | None = None, names: tuple[str, ...] = LOOPBACK) -> Flask:
    """The site. `password`: without, anybody who reaches it sees it. `names`: by which a browser may ask for it; a page
    of elsewhere that had its name point here is refused."""
    server = Flask("siyu", static_folder=None)
    server.config["TRUSTED_HOSTS"] = list(names)
    if password is not None:
        _ask_for(password, server)
    app = Dash(
        "siyu",
        server=server,  # type: ignore[arg-type]  # its annotation lags behind what it takes
        url_base_pathname=EXPLORE,
        assets_folder=str(ASSETS / "serve" / "page"),
        title="Siyu 私域",
        update_title="…",
    )
    page.put(app, settings)
    _send_reports(server, settings.published / "reports", load_words(settings.language)("serve.no_report"))
    scripts = " ".join(f"'{one}'" if not one.startswith("'") else one for one in app.csp_hashes())
    allowed = {
        "default-src": "'none'",
        "script-src": f"'self' {scripts}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    policy = "; ".join(f"{what} {whence}" for what, whence in allowed.items())

    @server.after_request
    def guarded(answer: Response) -> Response:
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "no-referrer"
        is_library = request.path.startswith(f"{EXPLORE}_dash-component")
        answer.headers["Cache-Control"] = "private" if is_library else "no-store"
        own = "frame-ancestors 'none'" if request.path.startswith(REPORTS) else policy
        answer.headers["Content-Security-Policy"] = own
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
        return None


def _send_reports(server: Flask, folder: Path, none_yet: str) -> None:
    @server.get("/")
    def start() -> AnyResponse:
        return redirect(f"{REPORTS}index.html" if (folder / "index.html").exists() else EXPLORE)

    @server.get(f"{REPORTS}<path:name>")
    def report(name: str) -> AnyResponse:
        if Path(name).suffix not in SENT or name.startswith("."):
            abort(404)
        if not (folder / name).is_file():
            return Response(none_yet, 404, mimetype="text/plain")
        return send_from_directory(folder, name)
