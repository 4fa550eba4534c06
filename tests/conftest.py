import pytest
from asking import Excel


@pytest.fixture
def excel():
    return Excel()
