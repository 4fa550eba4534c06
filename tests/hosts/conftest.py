"""Tests of hosts ask xlwings' own server, and every function as the contract suite does."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "contract"))  # calls.py stands there


@pytest.fixture(scope="module")
def com():
    """xlwings' server module over stand-ins of pywin32."""
    from com_stubs import com_server

    with com_server() as xlwings_server:
        yield xlwings_server


@pytest.fixture
def server(com):
    """A server with a session of its own."""
    from com_asking import served

    with served(com) as (server, _):
        yield server
