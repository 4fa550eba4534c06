"""Who may import whom, read from the import statements of the sources."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
SOURCES = sorted([*(HOUSE / "xlcrm").rglob("*.py"), *(HOUSE / "udfs").rglob("*.py")])
BORDER = ("errors", "cells", "conditions", "periods")  # each only those before it
FRONT = {"hosts", "workbook", "cli", "terminal", "__main__"}
BELOW_UDFS = {"analytics", "kpis", "reduce", "model", "stats", "functions", *BORDER}
MAY_IMPORT = {
    **{room: set(BORDER[:k]) for k, room in enumerate(BORDER)},
    "stats": set(),
    "model": set(BORDER),
    "reduce": {"model", "stats", *BORDER},
    "kpis": {"reduce", "model", "stats", *BORDER},
    "functions": {"errors"},
    "analytics": {"kpis", "reduce", "model", "stats", "functions", *BORDER},
    "udfs": {"functions", "analytics", "kpis", "model", "", *BORDER},
    "hosts": {"udfs", "workbook.package", "", *BELOW_UDFS},
    "workbook": {"udfs", "hosts", "terminal", "", *BELOW_UDFS},
    "cli": {"udfs", "hosts", "workbook", "terminal", "", *BELOW_UDFS},
    "terminal": {"cells", "errors"},
    "__main__": {"cli"},
}
"""The rooms that a room may import beside itself; "" is the package, which holds the version."""

SPREADSHEET = ("xlwings", "openpyxl", "xlsxwriter", "formualizer", "pyopenvba", "python_calamine")
MOST_LINES = 330


def module_of(path):
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(source) for source in SOURCES}


@cache
def statements_of(path):
    """The import statements of a source, which is parsed once for all tests."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return [node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]


def imports_of(path):
    """The modules of ours that a source imports; for ``from a import b`` also ``a.b``."""
    for node in statements_of(path):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            assert node.level == 0, f"{path} imports relatively"
            deeper = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name for name in deeper if name in MODULES] or [node.module or ""]
        yield from (name for name in names if name.split(".")[0] in ("xlcrm", "udfs"))


def room_of(module):
    parts = module.split(".")
    return "udfs" if parts[0] == "udfs" else parts[1] if len(parts) > 1 else ""


def breaches():
    for path in SOURCES:
        room = room_of(module_of(path))
        for name in imports_of(path):
            target = room_of(name)
            allowed = MAY_IMPORT.get(room, set()) | {room}
            deep = ".".join(name.split(".")[1:3])
            if room and target not in allowed and deep not in allowed:
                yield f"{module_of(path)} imports {name}"


def test_every_room_imports_only_what_lies_below_it():
    assert list(breaches()) == []


def test_every_room_has_its_place_in_this_order():
    rooms = {room_of(module_of(path)) for path in SOURCES} - {""}
    assert rooms <= set(MAY_IMPORT)
    assert all(targets <= {"", "workbook.package", *MAY_IMPORT} for targets in MAY_IMPORT.values())


@pytest.mark.parametrize("room", sorted(FRONT & set(MAY_IMPORT)))
def test_nothing_below_the_front_rooms_imports_them(room):
    importers = {other for other, below in MAY_IMPORT.items() if room in below}
    assert importers <= {"workbook", "cli", "terminal", "__main__"}


def test_the_rule_would_see_a_breach():
    assert room_of("xlcrm.hosts.headless") not in MAY_IMPORT["analytics"]
    found = set(imports_of(HOUSE / "xlcrm" / "hosts" / "headless.py"))
    assert {"xlcrm.cells", "xlcrm.workbook.package", "xlcrm.hosts.session"} <= found


def test_importing_all_of_analytics_loads_no_spreadsheet_library_and_no_scipy_stats():
    analytics = [module_of(p) for p in SOURCES if room_of(module_of(p)) == "analytics"]
    assert "xlcrm.analytics.figures" in analytics
    unwanted = [*SPREADSHEET, "scipy.stats"]
    program = (
        f"import sys, {', '.join(analytics)}\n"
        f"print([name for name in {unwanted} if name in sys.modules])"
    )
    done = subprocess.run(  # noqa: S603 - our own sources
        [sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        ("formualizer", {"hosts"}),
        ("pyopenvba", {"workbook"}),
        ("xlwings", {"hosts", "workbook"}),
    ],
)
def test_a_young_library_is_touched_by_one_module_only(library, rooms):
    touching = [
        module_of(path)
        for path in SOURCES
        if any(
            name.split(".")[0] == library for node in statements_of(path) for name in _names(node)
        )
    ]
    assert {room_of(name) for name in touching} <= rooms
    if library != "xlwings":
        assert len(touching) == 1


def _names(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""]


def test_no_module_has_a_name_that_says_nothing():
    empty = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "tools"}
    assert [str(path) for path in SOURCES if path.stem in empty] == []


def test_no_module_is_longer_than_one_idea():
    lengths = {module_of(path): len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    assert {name: n for name, n in lengths.items() if n > MOST_LINES} == {}
