"""The commands: arguments in, one call, text out.

What belongs here: names, options and help texts. What does not: how an answer is found or drawn (the modules beside).
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.cli.show import Format

app = typer.Typer(
    name="siyu",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

key = typer.Typer(help="The merchant's key, with which phones are hashed.", rich_markup_mode=None)
app.add_typer(key, name="key")

EPILOG = "In DIR: landing/ holds your files, published/ the report, the workbook and the read-only warehouse."
ROWS_SHOWN, SECONDS = 50, 600
Kind = Literal["daily", "weekly", "monthly"]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a day; expected one like 2026-03-31.") from error


AsOf = Annotated[
    date | None,
    typer.Option("--as-of", parser=_day, metavar="DATE", help="Leave out everything after this day (2026-03-31)."),
]
Form = Annotated[Format, typer.Option("--format", help="How to print the rows.")]
Limit = Annotated[int, typer.Option("--limit", min=0, help="Rows shown as a table; 0: all. CSV and JSON are whole.")]


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"siyu {version('siyu')}")
        raise typer.Exit


@app.callback(epilog=EPILOG)
def siyu(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(envvar="SIYU_HOME", metavar="DIR", help="The merchant's directory; ./data unless said."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Which Siyu this is.")
    ] = False,
) -> None:
    """From rented public traffic to kept private customers: conversion, retention, repurchase."""
    context.obj = home


@app.command(epilog="Example: siyu run --select 'metrics.*'")
def run(
    context: typer.Context,
    as_of: AsOf = None,
    full: Annotated[bool, typer.Option("--full", help="Forget every table and make all again from landing.")] = False,
    select: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TABLES", help="Only these tables, over what is loaded: names or patterns, comma-separated."
        ),
    ] = None,
) -> int:
    """Load what is new, refresh, check, publish, report.

    Ends with 0: published, or nothing new; 3: the same, but a whole source was refused, the last lines say which;
    1: something for you to mend, held-back numbers among it; 2: a fault of Siyu.
    """
    from pipelines.cli.running import run_all

    return run_all(context.obj, as_of, full, [name for part in select or [] for name in part.split(",") if name])


@key.command("new", epilog="Example: siyu key new")
def new_key(context: typer.Context) -> int:
    """Make another key and read everything in landing again.

    For a key that is lost: people known by phone are hashed anew. The old key, if any, is set aside beside the new one.
    """
    from pipelines.cli.running import start_with_new_key

    return start_with_new_key(context.obj)


@key.command("rotate", epilog="Example: siyu key rotate")
def rotate_key(
    context: typer.Context,
    lose_forgotten: Annotated[
        bool,
        typer.Option(help="go on although the marks of forgotten people are lost: forget them again afterwards"),
    ] = False,
) -> int:
    """Take another key because somebody may know this one; the old one is deleted once all is made again.

    Phones are hashed anew from landing, so every file that was loaded must still be there.
    """
    from pipelines.cli.running import rotate_key as rotate

    return rotate(context.obj, lose_forgotten)


@app.command(epilog="Example: siyu demo --home demo2")
def demo(context: typer.Context) -> int:
    """Make a demo merchant in ./demo and run everything."""
    from pipelines.cli.running import run_demo

    source = context.parent.get_parameter_source("home") if context.parent else None
    return run_demo(context.obj if source is not None and source.name == "COMMANDLINE" else None)


@app.command(epilog="Example: siyu serve --port 8450")
def serve(
    context: typer.Context,
    host: Annotated[
        str, typer.Option(help="Where to listen; anything but this machine needs a password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8450,
    password: Annotated[
        str, typer.Option(metavar="PLACE", help="Where the password stands: file:NAME in the home, or env:NAME.")
    ] = "",
    name: Annotated[
        list[str] | None, typer.Option(metavar="HOST", help="A name by which others reach it, as data.example.cn.")
    ] = None,
) -> int:
    """The reports and a page to ask any metric on, in a browser, over what is published.

    Needs the extra [serve]. Nothing is written; the user of the password is `siyu`.
    """
    from pipelines.cli.serving import serve as serve_site

    return serve_site(context.obj, host, port, password, name or [])


@app.command(epilog="Example: siyu report weekly --date 2026-03-31")
def report(
    context: typer.Context,
    kind: Annotated[Kind, typer.Argument(metavar="[daily|weekly|monthly]", help="Which period.")] = "daily",
    day: Annotated[
        date | None,
        typer.Option(
            "--date", "--as-of", parser=_day, metavar="DATE", help="The last day it knows; the snapshot's unless said."
        ),
    ] = None,
    so_far: Annotated[
        bool, typer.Option("--so-far", help="The week or month that is not over, not the last that was.")
    ] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print it on A4, too; needs a Chromium.")] = False,
) -> None:
    """Write the report of another period or day."""
    from pipelines.cli.running import write_report

    write_report(context.obj, kind, day, so_far=so_far, as_pdf=pdf)


@app.command(epilog="Example: siyu send --dry-run")
def send(
    context: typer.Context,
    kind: Annotated[Kind, typer.Argument(metavar="[daily|weekly|monthly]", help="Of which report.")] = "daily",
    to: Annotated[
        list[str] | None, typer.Option("--to", metavar="NAME", help="Only this one of [send]. May be repeated.")
    ] = None,
    is_trial: Annotated[bool, typer.Option("--dry-run", help="Print what each would be sent; send nothing.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also to those who have it already.")] = False,
    is_test: Annotated[
        bool, typer.Option("--test", help="Send a text that says that it is a test, to see that it arrives.")
    ] = False,
) -> int:
    """Send the newest report's message: three numbers, one sentence, a link.

    To those named in [send] of siyu.toml: WeCom, DingTalk, Feishu, e-mail. Runs do it by themselves; each receiver
    gets a message once. Exit code 1: somebody did not get it, and why.
    """
    from pipelines.cli import sending

    if is_trial:
        return sending.show_messages(context.obj, kind, to or [])
    if is_test:
        return sending.send_tests(context.obj, to or [])
    return sending.send_messages(context.obj, kind, to or [], again)


@app.command(epilog="Example: siyu query \"select * from metrics.repurchase where segment_by = 'all'\" --format csv")
def query(
    context: typer.Context,
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT; - reads it from standard input.")],
    form: Form = "table",
    limit: Limit = ROWS_SHOWN,
    seconds: Annotated[int, typer.Option(min=1, help="How long it may take.")] = SECONDS,
) -> None:
    """Ask the published snapshot anything in SQL.

    Nothing can be written and no other file can be read.
    """
    from pipelines.cli.asking import ask_sql

    ask_sql(context.obj, sys.stdin.read() if sql == "-" else sql, form, limit, seconds)


@app.command(epilog="Example: siyu metric retention -p start=group_join -p back=order -p period=week")
def metric(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A metric, e.g. retention; `siyu explain` lists them.")],
    parameters: Annotated[
        list[str] | None,
        typer.Option("--param", "-p", metavar="KEY=VALUE", help="One parameter; lists as a,b,c. May be repeated."),
    ] = None,
    as_of: AsOf = None,
    form: Form = "table",
    limit: Limit = ROWS_SHOWN,
) -> None:
    """Any metric with parameters of your own.

    Answered by the published snapshot; another --as-of is rebuilt from it in memory.
    """
    from pipelines.cli.asking import ask_metric

    ask_metric(context.obj, name, parameters or [], as_of, form, limit)


@app.command(epilog="Example: siyu explain repurchase.repurchase_rate")
def explain(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="A table or TABLE.COLUMN; without one, every table is listed."),
    ] = None,
    rendered: Annotated[
        bool, typer.Option("--rendered", help="The SQL as it runs: parameters and the snapshot's day filled in.")
    ] = False,
) -> None:
    """What a number means, and where it comes from.

    Definition, formulas, columns with units, SQL, the tables behind it and column lineage.
    """
    from pipelines.cli import explain as answering

    if name is None:
        answering.list_tables()
    else:
        answering.explain(context.obj, name, rendered)


@app.command(epilog="Example: siyu status --all")
def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for a program, always whole.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Every finding and every refused file.")] = False,
) -> None:
    """Does everything add up, how much of it is in the numbers, and how fresh is it.

    Shares of files, rows and amount refused; what was left aside or needs a doubt, by name; the age of each source;
    rows read = loaded + superseded + quarantined; last run and checks.
    """
    from pipelines.cli.status import show_status

    show_status(context.obj, as_json, everything)


@app.command(epilog="Example: siyu quarantine --path orders --csv")
def quarantine(
    context: typer.Context,
    as_csv: Annotated[bool, typer.Option("--csv", help="All of them as CSV.")] = False,
    reason: Annotated[str | None, typer.Option(help="Only those with this reason.")] = None,
    path: Annotated[str | None, typer.Option(help="Only files with this in their path.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many are shown; 0: all.")] = ROWS_SHOWN,
) -> None:
    """What was refused: file, line, column, reason."""
    from pipelines.cli.quarantine import show_quarantine

    show_quarantine(context.obj, as_csv, reason, path, limit)


@app.command(epilog="Example: siyu check 订单导出.xlsx")
def check(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Any file, in landing or not.")],
    folder: Annotated[
        str | None,
        typer.Option("--as", metavar="FOLDER", help="As if it lay in landing/FOLDER/ (orders, doudian_orders, …)."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for a program.")] = False,
) -> int:
    """What a file is and what would become of it; loads nothing.

    Which mapping and why, what each column becomes, which nobody reads, which rows would be refused. Exit code 0: all
    of it would be loaded; 3: it, or some row of it, would be refused.
    """
    from pipelines.cli.check import check as check_one

    return check_one(context.obj, file, folder, as_json)


@app.command(epilog="Example: siyu verify --json")
def verify(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for a program.")] = False,
) -> int:
    """Is everything still what it was: key, warehouse, ledger, landing, snapshot, report.

    Reads every block and every loaded file and changes nothing; says what is broken and what mends it. Exit code 1:
    something is broken.
    """
    from pipelines.cli.upkeep import show_verified

    return show_verified(context.obj, as_json)


@app.command(epilog="Example: siyu doctor --all")
def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for a program.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="What is well, too.")] = False,
) -> int:
    """Is this machine fit and this home well: what is wrong, why it matters, what mends it.

    Looks for a moment and changes nothing; `siyu verify` reads every block. Exit code 1: something must be mended.
    """
    from pipelines.cli.upkeep import show_examined

    return show_examined(context.obj, as_json, everything)


@app.command(epilog="Example: siyu forget --phone -")
def forget(
    context: typer.Context,
    phone: Annotated[str, typer.Option("--phone", metavar="NUMBER", help="A full number; - reads it from input.")] = "",
    id_: Annotated[
        str, typer.Option("--id", metavar="PLATFORM:TYPE:VALUE", help="One id of a platform; - reads it from input.")
    ] = "",
    is_requested: Annotated[
        bool, typer.Option("--requested", help="All whose deletion a loaded file asks for; siyu status counts them.")
    ] = False,
) -> int:
    """Forget a person: out of the warehouse, landing, snapshots and reports; later files' rows are left out.

    All ids that are the same person's go, and their orders. Copies made elsewhere (backups) are yours to delete.
    """
    from pipelines.cli.forgetting import forget_person

    return forget_person(context.obj, phone, id_, is_requested)


@app.command(epilog="Example: siyu purge --landing-older-than 90d --dry-run")
def purge(
    context: typer.Context,
    older_than: Annotated[
        str, typer.Option("--landing-older-than", metavar="DAYS", help="Such as 90d: loaded longer ago than that.")
    ],
    is_trial: Annotated[bool, typer.Option("--dry-run", help="Only say which would go.")] = False,
) -> int:
    """Delete files of landing that were loaded whole a while ago; they are the only place with raw values.

    What was refused, or is not what was loaded, stays and is named. Nothing of a purged file can be read again.
    """
    from pipelines.cli.privacy import purge_landing

    return purge_landing(context.obj, older_than, is_trial)


@app.command("privacy-scan", epilog="Example: siyu privacy-scan --canaries planted.txt")
def privacy_scan(
    context: typer.Context,
    canaries: Annotated[
        Path | None, typer.Option("--canaries", metavar="FILE", help="Texts to look for besides, one per line.")
    ] = None,
    also: Annotated[
        list[Path] | None,
        typer.Option(
            "--also", metavar="FOLDER", help="Another folder, such as that of your notebooks; may be repeated."
        ),
    ] = None,
) -> int:
    """Does a person show anywhere outside landing: phones, national ids, e-mail addresses, and what you planted.

    Every file of the home, and of DAGSTER_HOME where that is set. Exit code 1: something was found; it says where,
    never what.
    """
    from pipelines.cli.privacy import scan_home

    return scan_home(context.obj, canaries, also or [])


@app.command(epilog="Example: siyu backup siyu-2026-03-31.tar")
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to make, e.g. siyu-2026-03-31.tar.")],
    landing: Annotated[bool, typer.Option("--landing/--without-landing", help="With your files in landing.")] = True,
) -> int:
    """Copy the whole home into one file.

    Warehouse, key, settings, reports and landing; no run goes on meanwhile.
    """
    from pipelines.cli.upkeep import make_backup

    return make_backup(context.obj, file, landing)


@app.command(epilog="Example: siyu --home NEW restore siyu-2026-03-31.tar")
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `siyu backup` made.")],
) -> int:
    """Make a home out of a backup: siyu --home NEW restore FILE.

    The place must be empty. Every file is compared with its checksum, and the warehouse is published again.
    """
    from pipelines.cli.upkeep import take_backup

    return take_backup(context.obj, file)


@app.command(epilog="Example: siyu init --platform 抖音 --platform 淘宝")
def init(
    context: typer.Context,
    platforms: Annotated[
        list[str] | None,
        typer.Option(
            "--platform", metavar="NAME", help="Folders for the exports of this one (抖音, 淘宝, …). May be repeated."
        ),
    ] = None,
) -> int:
    """Make a home: settings explained, folders for your files, templates to fill.

    Nothing that is there already is touched; run again, it says what is there.
    """
    from pipelines.cli.init import begin

    return begin(context.obj, platforms or [])


@app.command(epilog="Example: siyu sources --json")
def sources(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for a program.")] = False,
) -> None:
    """Every kind of file that is read: where to put it, whether any has come, and when last."""
    from pipelines.cli.sources import show_sources

    show_sources(context.obj, as_json)


@app.command("map", epilog="Example: siyu map 会员名单.csv --as events --platform 微信")
def map_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or a workbook that nobody knows.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Of the mapping, and of its folder.")] = "",
    table: Annotated[
        str, typer.Option("--as", metavar="TABLE", help="What it is: orders, refunds, events, ad_spend, …")
    ] = "",
    platform: Annotated[
        str, typer.Option("--platform", metavar="NAME", help="Whose rows these are (抖音, 微信, …).")
    ] = "",
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", "-c", metavar="NAME=HEADER", help="What a column is. May be repeated."),
    ] = None,
    is_trial: Annotated[bool, typer.Option("--print", help="Only print the mapping.")] = False,
) -> int:
    """Propose a mapping for a file that nobody knows; after that `siyu run` loads it.

    Writes sources/NAME.yaml in the home, never over one that is there. What decides a number and is not certain is
    left out and said: the mapping is refused until you decide it. Exit code 3: something is to decide.
    """
    from pipelines.cli.map import map_file

    return map_file(context.obj, file, name, table, platform, columns or [], is_trial)


@app.command(epilog="Example: siyu uplift people.csv --treatment member --outcome spend --covariates age,city")
def uplift(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or Parquet file of your own, a row per person.")],
    treatment: Annotated[str, typer.Option(metavar="COLUMN", help="1 where somebody was treated, else 0.")],
    outcome: Annotated[str, typer.Option(metavar="COLUMN", help="A number: what came of it.")],
    covariates: Annotated[
        str, typer.Option(metavar="A,B,C", help="Columns known before the treatment, numbers or words.")
    ],
    person: Annotated[
        str, typer.Option(metavar="COLUMN", help="Whose a row is, where somebody has several rows.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for a program.")] = False,
) -> int:
    """What a treatment caused in a table of your own: doubly robust, with overlap and balance.

    The effect on the treated, of the difference that there is between them and the others. Exit code 3: nothing is
    estimated, and why.
    """
    from pipelines.cli.uplift import estimate

    names = [name.strip() for name in covariates.split(",") if name.strip()]
    return estimate(file, treatment, outcome, names, person, as_json)
