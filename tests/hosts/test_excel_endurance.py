"""A long day in Excel: ten thousand calls, two books, several threads, through CallUDF."""

import gc
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from asking import STAGES
from com_asking import MISSING, Asking, bits, fresh_server, served

HEADERS = ("Deal id", "Owner", "Created", "Stage", "Amount", "Expected close", "Status",
           "Closed on")  # fmt: skip
OWNERS = ("Ann", "Bob", "Eve", "Zoé")
STATES = ("open", "won", "lost")
WHERE = (("owner", "<>", "Zoé"),)
FORMULAS = {
    "A1": ("CRM_KPI", "win_rate"),
    "A2": ("CRM_KPI", "won_amount", "owner"),
    "A3": ("CRM_KPI", "open_amount", "stage", WHERE),
    "A4": ("CRM_KPI", "deals_won", "", None, "2026"),
    "A5": ("CRM_KPI", "nonsense"),
    "A6": ("CRM_STAGE_RATES",),
    "A7": ("CRM_HISTOGRAM", "deals.amount"),
    "A8": ("CRM_ATTENTION",),
    "A9": ("CRM_COMPARE", "win_rate", "owner", MISSING, "2026-01", "2025-12"),
}
FREE = {"B1": ("CRM_SCORE", 87.5, 95.0, 80.0), "B2": ("CRM_VERSION",)}


def deals(edited=0.0, rows=1_000):
    """Deals as `.Value2` gives them; the amount of one is edited."""
    body = [
        (f"D{k}", OWNERS[k % 4], 45_800.0 + k % 200, ("Lead", "Negotiation")[k % 2], 100.25 + k,
         46_000.0 + k % 90, STATES[k % 3], None if k % 3 == 0 else 46_010.0 + k % 60)
        for k in range(rows)
    ]  # fmt: skip
    body[7] = (*body[7][:4], edited, *body[7][5:])
    return (HEADERS, *body)


def recalculated(book, rows, copies=1):
    """All formulas of a book, called as Excel does when a cell of its Deals was edited.

    Each formula stands in as many cells as `copies` says.
    """
    handles = (
        (book.table("deals", rows, sheet="Data", at=("Model", "B4")),),
        (book.table("stages", STAGES, sheet="Lists", at=("Model", "B5")),),
    )
    model = book.one("CRM_MODEL", handles, 46_100.0, at=("Model", "B2"))
    answers = {
        cell: book.ask(name, model, *after, at=("Cockpit" + "I" * copy, cell))
        for copy in reversed(range(copies))
        for cell, (name, *after) in FORMULAS.items()
    }
    answers |= {cell: book.ask(*formula, at=("Cockpit", cell)) for cell, formula in FREE.items()}
    answers["C1"] = [[book.reason("Cockpit", "A5")]]
    answers["C2"] = book.ask(
        "CRM_EXPLAIN", (book.book, "Cockpit", "A1", True), at=("Cockpit", "C2")
    )
    return {cell: bits(rows) for cell, rows in answers.items()}


# ── memory ──────────────────────────────────────────────────────────────────────────────────


COPIES = 11
ROUND = 3 + COPIES * len(FORMULAS) + len(FREE) + 2
"""Calls after one edit."""


def hold_out(warm, calls):
    """Edit one deal to and fro and now and then onwards; give what is held before and after."""
    with fresh_server() as (server, _):
        book = Asking(server)
        tables = [deals(1.0), deals(2.0)]

        def recalculate(rounds, first):
            for number in range(rounds):
                onwards = number % (rounds // 6) == 1
                rows = deals(first + number) if onwards else tables[number % 2]
                recalculated(book, rows, COPIES)
                if number % 6 == 5:
                    gc.collect()  # pages that garbage filled in between are not given back

        recalculate(-(-warm // ROUND), 1_000.0)
        before = _held()
        recalculate(-(-calls // ROUND), 5_000.0)
        return before, _held()


def _held():
    gc.collect()
    held = {"blocks": sys.getallocatedblocks(), "objects": len(gc.get_objects())}
    pages = Path("/proc/self/statm")
    if pages.exists():
        import ctypes

        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's, which hoards otherwise
        if trim:
            trim(0)
        held["resident"] = int(pages.read_text().split()[1])
    return held


def test_ten_thousand_calls_hold_on_to_nothing():
    program = "import json, test_excel_endurance as t; print(json.dumps(t.hold_out(3_000, 10_000)))"
    made = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
    )
    before, after = json.loads(made.stdout)
    grown = {what: after[what] / before[what] for what in before}
    assert {what: share for what, share in grown.items() if share >= 1.01} == {}, grown


# ── two books, and threads ──────────────────────────────────────────────────────────────────


def alone(com, name, *edits):
    """What a book shows after each edit where it has a server for itself."""
    with served(com) as (server, _):
        book = Asking(server, name)
        return [recalculated(book, deals(edited, 60)) for edited in edits]


def test_two_books_with_the_same_names_never_see_each_others_tables(com):
    edits = [1.0, 2.0, 1.0, 3.0, 1.0]
    expected = {name: alone(com, name, *(sign * e for e in edits))
                for name, sign in (("One.xlsm", 1), ("Two.xlsm", -1))}  # fmt: skip
    assert expected["One.xlsm"] != expected["Two.xlsm"]
    with served(com) as (server, _):
        one, two = Asking(server, "One.xlsm"), Asking(server, "Two.xlsm")
        for k, edited in enumerate(edits):
            assert recalculated(one, deals(edited, 60)) == expected["One.xlsm"][k]
            assert recalculated(two, deals(-edited, 60)) == expected["Two.xlsm"][k]


def test_eight_threads_get_the_bits_of_one(com):
    """Each has a book of its own; half of the books hold the same data as another."""
    edits = {f"Book{k}.xlsm": (1.0 + k // 2, 2.0 + k // 2, 1.0 + k // 2) for k in range(8)}
    expected = {name: alone(com, name, *edits[name]) for name in list(edits)[::2]}
    expected |= {name: expected[other] for name, other in zip(list(edits)[1::2], list(edits)[::2],
                                                              strict=True)}  # fmt: skip
    with served(com) as (server, _), ThreadPoolExecutor(8) as pool:
        threads = [
            pool.submit(lambda n, es: [recalculated(Asking(server, n), deals(e, 60)) for e in es],
                        name, edits[name])
            for name in edits
        ]  # fmt: skip
        found = dict(zip(edits, (thread.result(timeout=60) for thread in threads), strict=True))
    assert found == expected
