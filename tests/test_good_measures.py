"""The page on good measures computes what it shows."""

import re
from datetime import date
from pathlib import Path

import pytest

from udfs.scorecard import CRM_SCORE
from xlcrm.analytics.scorecard.scores import METHODS
from xlcrm.model.schema import kind
from xlcrm.model.settings import SETTINGS
from xlcrm.workbook.sample import sample_tables

PAGE = (Path(__file__).parent.parent / "docs" / "good-measures.md").read_text("utf-8")
FORMULA = re.compile(r"`=CRM_SCORE\(([^)]*)\)`(?: \| |, )([\d.]+)(?: \| |,\s)(\w+)")


def asked(arguments):
    """The arguments of a formula as Excel hands them on: numbers, words, and None for nothing."""
    cells = [cell.strip() for cell in arguments.split(",")]
    return [cell.strip('"') if '"' in cell else float(cell) if cell else None for cell in cells]


def test_every_rule_is_shown_once_with_its_score():
    rules = re.findall(r"^\| (\w+) \|[^|]*\| `=CRM_SCORE\(([^)]*)\)`", PAGE, re.MULTILINE)
    assert [name for name, _ in rules] == list(METHODS)
    for name, arguments in rules[1:]:
        assert asked(arguments)[-1] == name


@pytest.mark.parametrize(("arguments", "score", "status"), FORMULA.findall(PAGE))
def test_scores_are_what_the_formula_says(arguments, score, status):
    found = CRM_SCORE(*asked(arguments))
    assert f"{found:.1f}" == score
    assert status == ("green" if found >= 66.7 else "amber" if found >= 33.3 else "red")


def test_nine_formulas_are_held():
    assert len(FORMULA.findall(PAGE)) == PAGE.count("`=CRM_SCORE(") == 9


def test_columns_and_settings_named_are_there():
    table = PAGE[PAGE.index("| column |") : PAGE.index("## Lagging")]
    named = {
        name for cell in re.findall(r"^\| ([\w, ]+) \|", table, re.MULTILINE)
        for name in cell.split(", ")
    } - {"column"}  # fmt: skip
    assert named <= set(kind("measures").names)
    assert SETTINGS["most_measures"].default == 25
    assert SETTINGS["threshold_share"].default == 0.9


def test_the_rate_of_a_team_is_sum_over_sum():
    """The example is of the sample's last twelve months."""
    deals = sample_tables()["deals"]
    owner, status, closed = (deals.headers.index(c) for c in ("owner", "status", "closed_on"))
    ended = [
        row for row in deals.rows
        if row[status] in ("won", "lost") and row[closed] > date(2025, 6, 30)
    ]  # fmt: skip
    counts = {
        name: (
            sum(row[owner] == name and row[status] == "won" for row in ended),
            sum(row[owner] == name for row in ended),
        )
        for name in ("Berg", "Bianchi")
    }
    assert counts == {"Berg": (12, 20), "Bianchi": (2, 9)}
    told = ("12 of 20", "2 of 9", "14 of 29", "48.3 %", "60.0 %", "22.2 %", "41.1 %")
    assert all(text in PAGE for text in told)
    assert (round(1400 / 29, 1), round((60 + 200 / 9) / 2, 1)) == (48.3, 41.1)
