"""`siyu serve`: the site on this machine, until Ctrl-C.

What belongs here: where it listens, for whom, what is said. What does not: the site (serve/).
"""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from pipelines.cli.mistakes import UserError
from pipelines.cli.words import say
from pipelines.settings import load_settings

MISSING = (
    "`siyu serve` needs what a plain installation does not bring: install the extra [serve] "
    "(python -m pip install 'siyu[serve]'), or in a checkout `make serve`. Missing is: {name}"
)
OPEN = (
    "--host {host} lets other machines in, so a password is needed: --password file:NAME (a file of the home that only "
    "you may read) or --password env:NAME. Behind a server that asks for one itself, listen on 127.0.0.1."
)
TAKEN = "port {port} of {host} cannot be listened on ({why}); another program has it, or name a free one with --port."
NO_NAME = (
    "--host {host}: expected an IPv4 address or a name, such as 127.0.0.1; by an IPv6 address no browser is answered."
)


def serve(home: Path | None, host: str, port: int, password: str, names: list[str]) -> int:
    """Serves the published reports and the page that asks, and blocks. Raises UserError."""
    from pipelines.messages.secrets import read_secret
    from pipelines.messages.settings import LOOPBACK

    settings = load_settings(home)
    if ":" in host:
        raise UserError(NO_NAME.format(host=host))
    if host not in LOOPBACK and not password:
        raise UserError(OPEN.format(host=host))
    secret: SecretStr | None = read_secret(password, settings.home) if password else None
    try:
        import waitress

        from pipelines.serve import site
    except ModuleNotFoundError as error:
        raise UserError(MISSING.format(name=error.name)) from error
    app = site.site(settings, secret, (*site.LOOPBACK, *names, *([] if host == "0.0.0.0" else [host])))
    try:
        server = waitress.create_server(app, host=host, port=port, threads=4, ident=None)
    except OSError as error:
        raise UserError(TAKEN.format(port=port, host=host, why=error.strerror)) from error
    print(say("{home}: on http://{host}:{port}/ until Ctrl-C", home=settings.home, host=host, port=port), flush=True)
    server.run()
    return 0
