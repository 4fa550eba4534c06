"""The commands that bring macros into files: xlcrm upgrade, and xlcrm build --addin."""

import zipfile

from package_books import rich_book

from xlcrm.cli import main
from xlcrm.workbook.addin import add_in
from xlcrm.workbook.template import template_path


def test_upgrade_says_what_was_done_and_then_that_it_is_current(tmp_path, capsys):
    book, out = tmp_path / "sales.xlsm", tmp_path / "new.xlsm"
    book.write_bytes(template_path().read_bytes())
    assert main(["upgrade", str(book), "-o", str(out)]) == 0
    said = capsys.readouterr().out
    assert said in ("new.xlsm is current\n",) or said.startswith("upgraded the VBA of new.xlsm: ")
    assert book.read_bytes() == template_path().read_bytes()
    assert main(["upgrade", str(out)]) == 0
    assert capsys.readouterr().out == "new.xlsm is current\n"


def test_upgrade_of_a_book_that_cannot_hold_macros_gives_the_advice(tmp_path, capsys):
    rich_book(tmp_path / "sales.xlsx")
    assert main(["upgrade", str(tmp_path / "sales.xlsx")]) == 1
    assert capsys.readouterr().err.startswith("#VALUE!: sales.xlsx cannot hold macros: ")


def test_upgrade_of_no_file_says_so(tmp_path, capsys):
    assert main(["upgrade", str(tmp_path / "none.xlsm")]) == 1
    assert "there is no file none.xlsm" in capsys.readouterr().err


def test_build_addin_writes_the_add_in_alone(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["build", "--addin", "xlcrm.xlam"]) == 0
    assert capsys.readouterr().out == "built xlcrm.xlam\n"
    assert [path.name for path in tmp_path.iterdir()] == ["xlcrm.xlam"]
    assert (tmp_path / "xlcrm.xlam").read_bytes() == add_in()
    assert "customUI/customUI14.xml" in zipfile.ZipFile("xlcrm.xlam").namelist()


def test_an_add_in_under_another_ending_is_refused(tmp_path, capsys):
    assert main(["build", "--addin", str(tmp_path / "xlcrm.xlsm")]) == 1
    assert "must end in .xlam" in capsys.readouterr().err
