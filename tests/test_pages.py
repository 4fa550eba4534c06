"""Generated pages are what the code says, and written ones tell the truth."""

import importlib.util
import re
from pathlib import Path

from xlcrm.functions import catalogue

ROOT = Path(__file__).parent.parent


def generator():
    spec = importlib.util.spec_from_file_location("docs_main", ROOT / "docs" / "__main__.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_current():
    assert generator().stale() == []


def test_readme_names_every_function():
    text = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in catalogue() if f"`{name}(" not in text] == []


def test_readme_has_the_two_commands_that_are_run():
    text = (ROOT / "README.md").read_text("utf-8")
    for mark in ("demo", "tests"):
        assert re.search(rf"<!-- {mark} -->\n```\n.+\n```\n<!-- end -->", text)


def test_links_between_pages_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} → {target}"


def test_methods_named_in_the_code_stand_in_the_page():
    page = (ROOT / "docs" / "methods.md").read_text("utf-8")
    headings = set(re.findall(r"^## (.+)$", page, re.MULTILINE))
    sources = [*(ROOT / "xlcrm").rglob("*.py")]
    named = {
        name
        for path in sources
        for name in re.findall(r"docs/methods\.md[,:] ([A-Z][a-z -]+)", path.read_text("utf-8"))
    }
    assert {name.strip() for name in named} <= headings
