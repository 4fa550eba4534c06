"""What Excel for Windows waits for, through xlwings' own COM server."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.deals import cells, stages
from benchmarks.pairs import Figure, Ratio, compared
from tests.hosts.com_stubs import com_server

HOST = "xlcrm.hosts.excel"
ROOT = Path(__file__).parents[1]
DEALS = 10_000
EDITS = 9
STARTS = 10
CALLS = 10_000

SCALARS = ("won_deals", "lost_deals", "open_deals", "won_amount", "open_amount", "win_rate",
           "average_deal", "cycle_days", "lost_amount", "expected_revenue")  # fmt: skip
GROUPED = ("won_amount", "win_rate", "open_amount", "won_deals", "average_deal")
BY = ("owner", "month", "product", "stage", "segment", "team")
NARROWED = (
    ("won_amount", None, "owner=seller 7", "2025-Q3"), ("win_rate", None, "product=product 3"),
    ("open_amount", None, "amount>1000"), ("won_deals", None, None, "2025-Q4"),
    ("average_deal", None, "source=web"),
)  # fmt: skip
TABLES = (
    ("CRM_FORECAST", "month"), ("CRM_FORECAST", "owner"), ("CRM_STAGE_RATES",),
    ("CRM_PIPELINE", "stage"), ("CRM_CONVERSION", "owner"), ("CRM_TREND", "won_amount"),
    ("CRM_HISTOGRAM", "deals.amount"), ("CRM_ATTENTION", "owner"),
)  # fmt: skip
OF_ORDERS = (
    ("CRM_SEGMENTS", "segment"), ("CRM_KPI_SET", "retention"), ("CRM_RFM",),
    ("CRM_KPI", "revenue"), ("CRM_KPI", "orders"), ("CRM_KPI", "revenue", "product"),
    ("CRM_KPI", "customers", "segment"),
)  # fmt: skip
FORMULAS: tuple[tuple[Any, ...], ...] = (
    *(("CRM_KPI", kpi) for kpi in SCALARS),
    *(("CRM_KPI", kpi, by) for kpi in GROUPED for by in BY),
    *(("CRM_KPI", *rest) for rest in NARROWED),
    *TABLES,
    *OF_ORDERS,
)
"""Sixty formulas of a cockpit: 53 rest on deals, 7 on orders, which the edit leaves alone."""

HEAVY: tuple[tuple[Any, ...], ...] = (
    ("CRM_ALERTS",), ("CRM_SCENARIO", None, "this quarter"), ("CRM_CYCLE",),
    ("CRM_FORECAST_RANGE", None, None, "this quarter"), ("CRM_EXTREME_DEALS",),
    ("CRM_ATTENTION",), ("CRM_COMPARE", "win_rate", "owner"), ("CRM_LANDING",),
)  # fmt: skip
"""Functions that simulate or look at every deal in many ways; each is timed alone."""


def ratios() -> Iterator[Ratio | Figure]:
    """Measure an edit, a large handle, the first answer of a process, and its memory."""
    yield from _first_answers()
    with com_server() as server:
        call = server.XLPython().CallUDF
        yield _large_handle(call)
        book = Book(call)
        yield from _edited(book)
        yield from _memory(book)


class Book:
    """A workbook of five tables whose formulas ask as the VBA module does."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call
        self.deals = cells(DEALS)
        self.others = {"accounts": _accounts(), "sellers": _sellers(), "orders": _orders(),
                       "stages": stages()}  # fmt: skip
        self.handles = {kind: self.table(kind, rows) for kind, rows in self.others.items()}

    def ask(self, name: str, *arguments: Any, at: str) -> Any:
        """Call a function from a cell."""
        return self._call(HOST, name, (("Book.xlsm", "Cockpit", at), *arguments))

    def table(self, kind: str, rows: list[tuple[Any, ...]]) -> str:
        """Ask for the handle of a table."""
        sent = (tuple(rows), kind, kind, 1, 1, False)
        return str(self.ask("CRM_TABLE", kind, sent, at=f"T{kind}"))

    def edit(self, number: int) -> None:
        """Change the amount of one deal, another one and by another amount each time."""
        row = list(self.deals[1 + number])
        row[5] += 1.0 + number
        self.deals[1 + number] = tuple(row)

    def model(self) -> str:
        """Ask for the deals' handle and the model's, as Excel does when deals changed."""
        self.handles["deals"] = self.table("deals", self.deals)
        column = tuple((handle,) for handle in self.handles.values())
        return str(self.ask("CRM_MODEL", column, at="M1"))


def _edited(book: Book) -> Iterator[Figure]:
    """Time what Excel asks for after one deal was edited.

    Processor time is what is promised: others who use the machine do not lengthen it.
    """
    imported = min(_imported() for _ in range(5))
    sums: dict[str, list[float]] = {}
    for number in range(EDITS):
        book.edit(number)
        spent: dict[str, float] = {}
        model = _noted(spent, "hash and model", book.model)
        for place, (name, *arguments) in enumerate(FORMULAS):
            ask = partial(book.ask, name, model, *arguments, at=f"A{place}")
            answer = _noted(spent, _group(place), ask)
            if isinstance(answer, int):
                raise AssertionError(f"{name}{tuple(arguments)} fails: error {answer}")
        for what, seconds in spent.items():
            sums.setdefault(what, []).append(seconds)
    best = min(range(1, EDITS), key=lambda k: sum(some[k] for some in sums.values()))
    shares = {what: 1e3 * some[best] for what, some in sums.items()}
    told = ", ".join(f"{what} {ms:.0f} ms" for what, ms in shares.items())
    yield Figure(
        f"one edited deal of {DEALS:,}, {len(FORMULAS)} formulas: {told}; "
        f"import xlwings takes {1e3 * imported:.0f} ms",
        sum(shares.values()),
        "ms",
        at_most=300,
    )
    for place, (name, *arguments) in enumerate(HEAVY):
        alone: dict[str, list[float]] = {name: []}
        for number in range(3):
            book.edit(EDITS + 3 * place + number)
            ask = partial(book.ask, name, book.model(), *arguments, at="H1")
            spent = {}
            _noted(spent, name, ask)
            alone[name].append(spent[name])
        yield Figure(f"not among them: {name} after an edit", 1e3 * min(alone[name]), "ms")


def _group(place: int) -> str:
    ends = (len(SCALARS), len(GROUPED) * len(BY), len(NARROWED), len(TABLES), len(OF_ORDERS))
    names = ("KPIs", "KPIs by group", "KPIs narrowed", "tables", "of orders")
    for name, count in zip(names, ends, strict=True):
        if place < count:
            return f"{count} {name}"
        place -= count
    raise AssertionError(place)


def _noted(spent: dict[str, float], what: str, call: Callable[[], Any]) -> Any:
    start = time.process_time()
    answer = call()
    spent[what] = spent.get(what, 0.0) + time.process_time() - start
    return answer


def _imported() -> float:
    """Time `import xlwings` in a process of its own, by its processor time."""
    code = "import time; t = time.process_time(); import xlwings; print(time.process_time() - t)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)  # noqa: S603
    return float(done.stdout)


def _large_handle(call: Callable[..., Any]) -> Ratio:
    """Bring 100,000 x 12 cells to a handle, and to the DataFrame that xlwings makes of them."""
    rows = tuple(cells(100_000))
    module = ModuleType("default_conversion")
    module.__file__ = __file__
    sys.modules[module.__name__] = module
    import xlwings  # late: its decorators are those of Windows inside `com_server` only

    def converted(cells: Any) -> float:
        return float(len(cells))

    marked = xlwings.arg("cells", convert=pd.DataFrame)(converted)
    vars(module)["rows"] = xlwings.func(marked)
    sent = (rows, "Deals", "Data", 1, 1, False)

    def handle() -> Any:
        return call(HOST, "CRM_TABLE", (("Book.xlsm", "Model", "D5"), "deals", sent))

    def frame() -> Any:
        return call(module.__name__, "rows", (rows,))

    assert handle().startswith("deals: 100,000 rows"), "no handle"
    assert frame() == 100_000.0, "no frame"
    named = "CallUDF with xlwings' DataFrame"
    return compared("100,000 x 12 cells to a handle", handle, frame, named, at_most=0.2)


_STARTED = """
import marshal, sys, time
from tests.hosts.com_stubs import com_server
with open(sys.argv[1], "rb") as file:
    rows = marshal.load(file)
start = time.process_time()
import xlwings
if sys.argv[2] == "ours":
    with com_server() as server:
        call = server.XLPython().CallUDF
        at, sent = ("Book.xlsm", "Model", "A1"), (rows, "Deals", "Data", 1, 1, False)
        handle = call("xlcrm.hosts.excel", "CRM_TABLE", (at, "deals", sent))
        model = call("xlcrm.hosts.excel", "CRM_MODEL", (at, ((handle,),)))
        answer = call("xlcrm.hosts.excel", "CRM_KPI", (at, model, sys.argv[3]))
        seconds = time.process_time() - start
        assert type(answer) is float and answer > 0, answer
else:
    seconds = time.process_time() - start
print(seconds)
"""


def _first_answers() -> Iterator[Ratio]:
    """Start processes in turn, each from bytecode as an installed package has it.

    Processor time again, which others on the machine lengthen less.
    """
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder, "deals")
        given.write_bytes(marshal.dumps(tuple(cells(DEALS))))
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": folder}

        def started(who: str, kpi: str) -> float:
            command = [sys.executable, "-c", _STARTED, str(given), who, kpi]
            done = subprocess.run(  # noqa: S603 - our own interpreter
                command, env=environment, cwd=ROOT, capture_output=True, check=True
            )
            return float(done.stdout)

        for kpi in ("win_rate", "won_amount"):
            started("ours", kpi), started("xlwings", kpi)
            times = [(started("ours", kpi), started("xlwings", kpi)) for _ in range(STARTS)]
            ours, peer = map(min, zip(*times, strict=True))
            what = f"first answer of a process, {kpi} of {DEALS:,} deals"
            yield Ratio(what, ours, peer, "import xlwings alone", 1.3, faster=False)


def _memory(book: Book) -> Iterator[Figure]:
    """Repeat one round of formulas, half of the rounds after an edit, and look at the memory."""
    model, number = book.model(), 500

    def repeat(calls: int) -> None:
        nonlocal model, number
        for k in range(calls):
            if k % 500 == 0:
                number += 1
                book.edit(number)
                model = book.model()
            name, *arguments = FORMULAS[k % 50]
            book.ask(name, model, *arguments, at=f"A{k % 50}")

    repeat(CALLS // 2)
    resident = _resident()
    tracemalloc.start()
    repeat(2_000)
    traced = tracemalloc.get_traced_memory()[0]
    repeat(CALLS - 2_000)
    grown = tracemalloc.get_traced_memory()[0] - traced
    tracemalloc.stop()
    of = f"{CALLS:,} calls with {CALLS // 500} edits"
    yield Figure(f"traced memory more after {of}", 100 * grown / (resident * 1e6), "%", at_most=1)
    repeat(2_000)
    resident = _resident()
    repeat(CALLS)
    more = 100 * (_resident() / resident - 1)
    yield Figure(f"resident memory more after {of}", more, "%", at_most=1)


def _resident() -> float:
    """Give the process's resident memory in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _accounts() -> list[tuple[Any, ...]]:
    count = DEALS // 20 + 1
    return [("account_id", "account", "segment"),
            *((f"A{k}", f"Firm {k}", f"segment {k % 4}") for k in range(count))]  # fmt: skip


def _sellers() -> list[tuple[Any, ...]]:
    return [("seller", "team"), *((f"seller {k}", f"team {k % 5}") for k in range(50))]


def _orders() -> list[tuple[Any, ...]]:
    rng = np.random.default_rng(20260630)
    count, firms = DEALS // 2, DEALS // 20 + 1
    rows = zip(
        (f"O{k}" for k in range(count)),
        (f"A{k}" for k in rng.integers(0, firms, count)),
        (45_658.0 + rng.integers(0, 540, count)).tolist(),
        (f"product {k}" for k in rng.integers(0, 20, count)),
        np.round(rng.lognormal(5, 1, count), 2).tolist(),
        strict=True,
    )
    return [("order_id", "account_id", "date", "product", "amount"), *rows]
