"""The command line: `siyu`.

What belongs here: arguments, text on the terminal, exit codes. What does not: anything that could be asked for from a
notebook or Dagster too. Each command imports what it needs, so that `siyu --help` answers at once.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pipelines.cli.words import language_of, say, speak


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line; its exit code: 0 done, 1 the caller's mistake, 2 ours, 3 warned, 130 stopped."""
    # One command is one short process. What it imports lives as long as it does, and looking at all of that for garbage
    # again and again is a fifth of the time of a small run.
    gc.set_threshold(100_000)
    _speak_any_encoding()
    arguments = _home_first(list(sys.argv[1:] if argv is None else argv))
    speak(language_of(_home(arguments), os.environ))
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # The reader of a pipe (`| head`) has seen enough; without this Python complains once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Exception, KeyboardInterrupt) as error:
        from pipelines.cli.mistakes import tell

        return tell(error, _home(arguments))


def _speak_any_encoding() -> None:
    """A pipe or a terminal of another encoding gets a question mark for what it cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")


def _run(arguments: list[str]) -> int:
    import typer

    from pipelines.cli.commands import app
    from pipelines.cli.mistakes import STOPPED

    try:
        code = app(args=arguments, prog_name="siyu", standalone_mode=False)
    except typer.TyperException as error:
        return _usage(error)
    except SystemExit as error:
        # typer ends the process itself where a pipe's reader has gone.
        raise error.__context__ or error from None
    if code == STOPPED:
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0


def _usage(error: Exception) -> int:
    """A command line that cannot be read: what is wrong and where help is. `siyu` alone: the help."""
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error)
        return 0
    context = getattr(error, "ctx", None)
    text = error.format_message() if hasattr(error, "format_message") else str(error)
    text = text.replace("Value error, ", "")
    text += "" if text.endswith((".", "?", "!")) else "."
    command = context.command_path if context else "siyu"
    told = say("{text} See `{command} --help`.", text=text, command=command)
    print(f"siyu: {told} [SY-E100]", file=sys.stderr)
    return 1


def _home_first(arguments: list[str]) -> list[str]:
    """`--home DIR` may stand anywhere; typer wants it before the command."""
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--home" or argument.startswith("--home="):
            size = 2 if argument == "--home" else 1
            return [*arguments[place : place + size], *arguments[:place], *arguments[place + size :]]
    return arguments


def _home(arguments: list[str]) -> Path:
    """The home directory that the command line or the environment names, where a fault's traceback is kept."""
    named = arguments[1:2] if arguments[:1] == ["--home"] else [a[7:] for a in arguments[:1] if a.startswith("--home=")]
    place = named[0] if named else os.environ.get("SIYU_HOME") or "data"
    return Path(place).expanduser()
