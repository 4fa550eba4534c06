"""The command `xlcrm`: make a workbook, fill it, compute it, ask it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from xlcrm import __version__
from xlcrm.cells import Rows
from xlcrm.errors import CrmError, ErrorInData, WrongValue
from xlcrm.terminal import as_csv, as_json, as_table, progress


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: What stands behind ``xlcrm``; the process's own where left out.

    Returns:
        0, or 1 where the question has no answer; the reason goes to standard error.
    """
    given = _parser().parse_args(arguments)
    try:
        status: int = given.run(given)
    except CrmError as error:
        print(f"{error.code.text}: {error.message}", file=sys.stderr)
        return 1
    except FileNotFoundError as error:
        print(f"no file {error.filename}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="xlcrm", description="A company's CRM at work in the cells of Excel."
    )
    parser.add_argument("--version", action="version", version=f"xlcrm {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")

    new = commands.add_parser("new", help="make a workbook from the template")
    new.add_argument("book", type=Path, help="the file to make, such as sales.xlsm")
    new.add_argument("--empty", action="store_true", help="without the sample company")
    new.set_defaults(run=_new)

    fill = commands.add_parser("import", help="fill a workbook's Tables from CRM exports")
    fill.add_argument("files", type=Path, nargs="+", metavar="FILE", help="CSV or Excel files")
    fill.add_argument("--into", type=Path, required=True, metavar="BOOK", help="the workbook")
    fill.set_defaults(run=_import)

    recalc = commands.add_parser("recalc", help="compute a workbook and write its values")
    recalc.add_argument("book", type=Path)
    recalc.add_argument("-o", "--out", type=Path, help="write here and leave the book as it is")
    recalc.set_defaults(run=_recalc)

    ask = commands.add_parser("eval", help="answer a formula against a workbook's data")
    ask.add_argument("book", type=Path)
    ask.add_argument("formula", help='such as \'=CRM_KPI(Model,"win_rate","owner")\'')
    _add_formats(ask, json=True)
    ask.set_defaults(run=_eval)

    show = commands.add_parser("show", help="print the computed cells of a workbook")
    show.add_argument("book", type=Path)
    show.add_argument("cells", help="such as 'Forecast!A1:F20'")
    _add_formats(show, json=False)
    show.set_defaults(run=_show)

    change = commands.add_parser("set", help="change settings of a workbook")
    change.add_argument("book", type=Path)
    change.add_argument("settings", nargs="+", metavar="NAME=VALUE")
    change.set_defaults(run=_set)

    picture = commands.add_parser("snapshot", help="add a picture of the pipeline to a workbook")
    picture.add_argument("book", type=Path)
    picture.add_argument(
        "--on", type=date.fromisoformat, help="its day, such as 2026-06-30; else as_of"
    )
    picture.set_defaults(run=_snapshot)

    demo = commands.add_parser("demo", help="make, compute and summarise the sample company")
    demo.add_argument("book", type=Path, nargs="?", help="the file to make")
    demo.set_defaults(run=_demo)

    setup = commands.add_parser("setup", help="tell Excel for Windows where this Python is")
    setup.set_defaults(run=_setup)

    build = commands.add_parser("build", help="build the template from its code")
    build.add_argument("-o", "--out", type=Path, default=Path("workbook_template.xlsm"))
    build.add_argument("--check", action="store_true", help="only say whether it is current")
    build.set_defaults(run=_build)
    return parser


def _add_formats(parser: argparse.ArgumentParser, *, json: bool) -> None:
    formats = parser.add_mutually_exclusive_group()
    formats.add_argument("--csv", action="store_true", help="as CSV")
    if json:
        formats.add_argument("--json", action="store_true", help="as JSON")


def _print(rows: Rows, given: argparse.Namespace) -> None:
    write = as_csv if given.csv else as_json if getattr(given, "json", False) else as_table
    print(write(rows))


def _new(given: argparse.Namespace) -> int:
    from xlcrm.workbook.template import new_book

    with progress(f"making {given.book.name}"):
        new_book(given.book, empty=given.empty)
    print(f"made {given.book}" + (", with empty Tables" if given.empty else ""))
    return 0


def _import(given: argparse.Namespace) -> int:
    from xlcrm.workbook.importing import import_files

    with progress(f"importing into {given.into.name}"):
        done = import_files(given.files, given.into, on=date.today())  # noqa: DTZ011 - the user's day
    for imported in done:
        print(imported.sentence)
    print(f"now compute it: xlcrm recalc {given.into}")
    return 0


def _recalc(given: argparse.Namespace) -> int:
    from xlcrm.hosts.headless import recalculated

    out = given.out or given.book
    with progress(f"recalculating {given.book.name}"):
        written = recalculated(given.book, out)
    print(f"{out}: {written.cells:,} cells and {written.charts} charts renewed")
    for blocked in written.blocked:
        print(f"{blocked.sheet}!{blocked.cell} has no room to spill: {blocked.by} is in the way")
    return 0


def _eval(given: argparse.Namespace) -> int:
    from xlcrm.hosts.demand import answered
    from xlcrm.hosts.headless import opened

    with progress(f"evaluating {given.book.name}"):
        rows = answered(opened(given.book), given.formula)
    _print(rows, given)
    return 0


def _show(given: argparse.Namespace) -> int:
    from xlcrm.workbook.showing import computed_cells

    _print(computed_cells(given.book, given.cells), given)
    return 0


def _set(given: argparse.Namespace) -> int:
    from xlcrm.workbook.setting import set_settings

    pairs = {}
    for text in given.settings:
        name, sign, value = text.partition("=")
        if not sign:
            raise WrongValue(f"{text!r} is no setting: write name=value")
        pairs[name.strip()] = value.strip()
    set_settings(given.book, pairs)
    print(f"set {', '.join(given.settings)} in {given.book}; now compute it: xlcrm recalc")
    return 0


def _snapshot(given: argparse.Namespace) -> int:
    from xlcrm.workbook.snapshot import take_snapshot

    with progress(f"adding a snapshot to {given.book.name}"):
        taken = take_snapshot(given.book, given.on)
    print(f"{taken.sentence}; now compute it: xlcrm recalc {given.book}")
    return 0


def _demo(given: argparse.Namespace) -> int:
    from xlcrm.workbook.demo import demo

    book = given.book or _free_name(Path("xlcrm_demo.xlsm"))
    with progress("computing the sample company"):
        summary = demo(book)
    print(summary)
    print(f"\nThe workbook is {book.resolve()}")
    return 0


def _free_name(wanted: Path) -> Path:
    number, name = 2, wanted
    while name.exists():
        name = wanted.with_stem(f"{wanted.stem}_{number}")
        number += 1
    return name


def _setup(_: argparse.Namespace) -> int:
    from xlcrm.hosts.setup import write_settings

    app_data = os.environ.get("APPDATA")
    if not app_data:
        raise WrongValue(
            "setup is for Excel on Windows; elsewhere xlcrm recalc computes a workbook"
        )
    print(f"Excel finds Python through {write_settings(Path(app_data), Path(sys.executable))}")
    return 0


def _build(given: argparse.Namespace) -> int:
    from xlcrm.workbook.template import build, check

    if given.check:
        stale = check(given.out)
        if stale:
            raise ErrorInData(
                WrongValue.code, f"{given.out} is stale ({', '.join(stale)}): run xlcrm build"
            )
        print(f"{given.out} is current")
        return 0
    with progress("building the template"):
        build(given.out)
    print(f"built {given.out}")
    return 0
