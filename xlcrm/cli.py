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
    setup.add_argument("--log", choices=("errors", "calls"), help="what the log holds")
    setup.add_argument(
        "--budget", type=float, metavar="SECONDS", help="longer calls are logged as slow"
    )
    setup.set_defaults(run=_setup)

    serve = commands.add_parser("serve", help="run Python for an Excel that may not start it")
    when = serve.add_mutually_exclusive_group()
    when.add_argument("--at-logon", action="store_true", help="start it whenever you log on")
    when.add_argument("--remove", action="store_true", help="let Excel start Python again")
    serve.set_defaults(run=_serve)

    doctor = commands.add_parser("doctor", help="say what keeps Excel for Windows from working")
    doctor.add_argument("book", nargs="?", help="a workbook to look at too")
    doctor.set_defaults(run=_doctor)

    renew = commands.add_parser("upgrade", help="bring a workbook's macros to this version")
    renew.add_argument("book", type=Path, help="an .xlsm; its data stay as they are")
    renew.add_argument("-o", "--out", type=Path, help="write here and leave the book as it is")
    renew.set_defaults(run=_upgrade)

    build = commands.add_parser("build", help="build the template from its code")
    build.add_argument("-o", "--out", type=Path, default=Path("workbook_template.xlsm"))
    build.add_argument("--check", action="store_true", help="only say whether it is current")
    build.add_argument(
        "--addin", type=Path, metavar="FILE", help="instead build the add-in, such as xlcrm.xlam"
    )
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


def _setup(given: argparse.Namespace) -> int:
    from xlcrm.hosts.setup import write_settings

    app_data = _app_data("setup")
    file = write_settings(app_data, Path(sys.executable), log=given.log, budget=given.budget)
    print(f"Excel finds Python through {file}")
    return 0


def _serve(given: argparse.Namespace) -> int:
    from xlcrm.hosts import serving

    app_data = _app_data("serve")
    if given.remove:
        serving.remove(app_data)
        print("Excel starts Python itself again; a server that runs ends when you log off")
        return 0
    clsid = serving.server_id(app_data)
    if given.at_logon:
        serving.register_at_logon(serving.logon_command(Path(sys.executable)))
        print("the server starts whenever you log on; for now, run xlcrm serve")
        return 0
    print("serving Excel; Ctrl+C ends it", flush=True)
    serving.serve(clsid)
    return 0


def _doctor(given: argparse.Namespace) -> int:
    from xlcrm.hosts.doctor import diagnosed, gathered
    from xlcrm.workbook.vba_project import project_in

    facts = gathered(given.book, lambda data: [part.text for part in project_in(data).modules])
    if facts.windows is None:
        print("Excel for Windows is not on this computer; what can be checked without it:")
    findings = diagnosed(facts)
    for finding in findings:
        print(finding.line)
    return 0 if all(finding.ok for finding in findings) else 1


def _app_data(command: str) -> Path:
    from xlcrm.hosts.setup import app_data_folder

    folder = app_data_folder()
    if folder is None:
        raise WrongValue(
            f"{command} is for Excel on Windows; elsewhere xlcrm recalc computes a workbook"
        )
    return folder


def _upgrade(given: argparse.Namespace) -> int:
    from xlcrm.workbook.upgrade import upgrade

    with progress(f"upgrading {given.book.name}"):
        done = upgrade(given.book, given.out)
    print(done.sentence)
    return 0


def _build(given: argparse.Namespace) -> int:
    from xlcrm.workbook.addin import build_add_in
    from xlcrm.workbook.template import build, check

    if given.addin:
        with progress("building the add-in"):
            build_add_in(given.addin)
        print(f"built {given.addin}")
        return 0
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
