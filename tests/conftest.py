import pytest
from asking import Excel

from xlcrm.hosts import headless
from xlcrm.workbook.template import template_path


@pytest.fixture
def excel():
    return Excel()


@pytest.fixture(scope="session")
def computed_template():
    """The template evaluated, once for all: who changes a cell puts back what stood there."""
    book = headless.opened(template_path())
    headless.evaluate(book)
    return book


@pytest.fixture(scope="session")
def template_results(computed_template):
    """The result of every formula of the template, by sheet and cell."""
    return headless.results(computed_template)
