import pytest
from package_books import rich_book


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.xlsx"
    rich_book(path)
    return path
