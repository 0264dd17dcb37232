"""A secret from where siyu.toml says that it stands: the environment, or a file of the owner's alone.

What belongs here: reading, and saying why it cannot be. What does not: what is done with it. A secret read is in a
SecretStr, and no message repeats it.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from pipelines.messages.settings import LOOPBACK
from pipelines.messages.trying import NotSent
from pipelines.modes import PRIVATE


def read_secret(place: str, home: Path) -> SecretStr:
    """The secret at `env:NAME`, or `file:NAME` in the home. Raises NotSent: there is none, or others may read it."""
    kind, _, name = place.partition(":")
    text = os.environ.get(name, "") if kind == "env" else _from_file(home / name)
    if not text.strip():
        raise NotSent(
            f"the environment variable {name} is not set; the address or password goes there"
            if kind == "env"
            else f"{name} in the home directory is empty; the address or password goes there, and nothing else"
        )
    return SecretStr(text.strip())


def read_address(place: str, home: Path) -> SecretStr:
    """The secret there, which is a webhook's address: https, or http on this machine. Raises NotSent."""
    secret = read_secret(place, home)
    url = secret.get_secret_value()
    try:
        parts = urlsplit(url)
        is_one = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        is_one = is_one and bool(parts.hostname) and all("!" <= letter <= "~" for letter in url)
    except ValueError:
        is_one = False
    if not is_one:
        raise NotSent(f"what {place} holds is no https:// address; copy it whole, and nothing else")
    return secret


def _from_file(path: Path) -> str:
    try:
        if path.stat().st_mode & PRIVATE:
            raise NotSent(f"{path.name} may be read by others: `chmod 600 {path}`, and see whether anybody did")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise NotSent(f"{path.name} is not in the home directory; the address or password goes there") from None
    except (OSError, UnicodeDecodeError) as error:
        raise NotSent(f"{path.name} cannot be read: {type(error).__name__}") from None
