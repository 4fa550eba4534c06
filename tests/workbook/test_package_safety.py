"""Saving that never loses a file, and files that mean harm."""

import contextlib
import io
import os
import random
import struct
import subprocess
import sys
import textwrap
import time
import zipfile

import openpyxl
import pytest
import xlsxwriter
from package_books import changed_parts, parts, rich_book, with_parts

from xlcrm.errors import WrongValue
from xlcrm.workbook.package import contents, fill_table, formulas, inspect, save, write_cached
from xlcrm.workbook.package.archive import opened, repacked

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
HEADERS = ["deal_id", "amount", "created", "stage"]


def test_untouched_members_are_copied_as_packed_bytes(book):
    package = opened(book)
    data = repacked(package, {"xl/workbook.xml": parts(book)["xl/workbook.xml"] + b" "})
    assert changed_parts(book, data) == {"xl/workbook.xml"}
    one, other = zipfile.ZipFile(book), zipfile.ZipFile(io.BytesIO(data))
    for before, after in zip(one.infolist(), other.infolist(), strict=True):
        if before.filename != "xl/workbook.xml":
            for key in ("CRC", "compress_size", "file_size", "date_time", "compress_type"):
                assert getattr(before, key) == getattr(after, key)
    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames == ["Deals & co", "Out", "Plain"]


def test_members_with_data_descriptors_comments_and_foreign_names_survive():
    class Unseekable(io.BytesIO):
        def seekable(self):
            return False

        def seek(self, *_):
            raise OSError

        def tell(self):
            raise OSError

    buffer = Unseekable()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts(rich_book()).items():
            archive.writestr(name, data)
        archive.writestr("xl/media/é.bin", b"\0" * 10)
        archive.comment = b"a comment"
    source = buffer.getvalue()
    out = repacked(opened(source), {"docProps/app.xml": b"<a/>"})
    assert changed_parts(source, out) == {"docProps/app.xml"}
    assert zipfile.ZipFile(io.BytesIO(out)).comment == b"a comment"


def test_macros_stay_as_they_are(tmp_path):
    path, macros = tmp_path / "book.xlsm", os.urandom(30_000)
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("S")
    book.add_vba_project(io.BytesIO(macros), is_stream=True)
    sheet.insert_button("D2", {"macro": "Refresh"})
    sheet.write_dynamic_array_formula("A1:A2", "=_xlfn.SEQUENCE(2)", None, 1)
    columns = [{"header": "a"}]
    sheet.add_table("F1:F2", {"name": "T", "columns": columns})
    book.close()
    before = path.read_bytes()
    write_cached(path, path, {"S": {"A1": [[1.0], [2.0], [3.0]]}})
    assert changed_parts(before, path) == {"xl/worksheets/sheet1.xml"}
    fill_table(path, path, "T", ["a"], [[1.0]] * 5)
    after = parts(path)
    assert after["xl/vbaProject.bin"] == macros
    assert changed_parts(before, path) == {"xl/worksheets/sheet1.xml", "xl/tables/table1.xml"}


@pytest.mark.parametrize("broken", ["open", "fsync", "replace"])
def test_a_failure_while_saving_leaves_the_original(book, monkeypatch, broken):
    before = book.read_bytes()

    def fail(*_, **__):
        raise PermissionError(13, "Permission denied")

    if broken == "open":
        monkeypatch.setattr("pathlib.Path.open", fail)
    else:
        monkeypatch.setattr(os, broken, fail)
    with pytest.raises(WrongValue) as caught:
        fill_table(before, book, "Deals", HEADERS, [])
    monkeypatch.undo()
    assert book.read_bytes() == before
    others = [path.name for path in book.parent.iterdir() if path != book]
    if broken == "replace":
        assert len(others) == 1
        assert others[0] in caught.value.message
        assert contents(book.parent / others[0]).tables[0].ref == "A3:D4"
    else:
        assert others == []
    assert str(book.parent) not in caught.value.message


def test_an_interrupt_while_writing_leaves_no_trace(book, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    before = book.read_bytes()
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save(b"new", book)
    assert book.read_bytes() == before
    assert list(book.parent.iterdir()) == [book]


def test_a_killed_process_leaves_the_old_or_the_new_file(tmp_path):
    path = tmp_path / "book.xlsx"
    old = rich_book(path)
    script = textwrap.dedent("""
        import sys
        from xlcrm.workbook.package import save
        old = open(sys.argv[1], "rb").read()
        new = old + b"\\0" * 20_000_000
        print("ready", flush=True)
        while True:
            save(new, sys.argv[1])
            save(old, sys.argv[1])
    """)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for delay in (0.0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.13, 0.21):
        command = [sys.executable, "-c", script, str(path)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:  # noqa: S603
            process.stdout.readline()
            time.sleep(delay)
            process.kill()
        data = path.read_bytes()
        assert data in (old, old + b"\0" * 20_000_000)
        path.write_bytes(old)


def test_a_link_stays_a_link_and_permissions_stay(tmp_path):
    real, link = tmp_path / "real.xlsx", tmp_path / "link.xlsx"
    rich_book(real)
    real.chmod(0o640)
    link.symlink_to(real)
    fill_table(link, link, "Deals", HEADERS, [])
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert contents(real).tables[0].ref == "A3:D4"


def encrypted():
    data = bytearray(rich_book())
    at = data.index(b"PK\1\2")
    struct.pack_into("<H", data, at + 8, 1)
    return bytes(data)


def packed(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"<!doctype html><html>", "web page"),
        (b"\xef\xbb\xbf  <table>", "web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old .xls"),
        (rich_book()[:3000], "cut off"),
        (b"a,b\n1,2\n", "no Excel workbook"),
        (packed(a="x"), "zip file but no workbook"),
        (packed(**{"[Content_Types].xml": "<Types/>"}), "zip file but no workbook"),
        (packed(**{"..__x": "x"}), "unsafe name"),
        (encrypted(), "encrypted"),
        (packed(a=b"\0" * 20_000_000), "zip bomb"),
    ],
)
def test_files_that_are_no_workbook_are_named_in_one_sentence(tmp_path, data, message):
    path = tmp_path / "book.xlsx"
    path.write_bytes(data)
    for act in (contents, inspect, lambda p: write_cached(p, p, {}), lambda p: list(formulas(p))):
        with pytest.raises(WrongValue, match=message) as caught:
            act(path)
        assert "book.xlsx" in caught.value.message
        assert str(tmp_path) not in caught.value.message
    assert path.read_bytes() == data


def test_what_is_not_there_is_said():
    with pytest.raises(WrongValue, match=r"there is no file none\.xlsx"):
        contents("none.xlsx")


def cells_of(xml):
    def replace(data):
        start, end = data.index(b"<sheetData"), data.index(b"</sheetData>") + len(b"</sheetData>")
        return data[:start] + b"<sheetData>" + xml + b"</sheetData>" + data[end:]

    return with_parts(rich_book(), sheet3=replace)


def doctype(data):
    return data.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "b">]>', 1)


HOSTILE = {
    "one cell in the far corner": cells_of(
        b'<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row>'
    ),
    "a row beyond the last": cells_of(b'<row r="99999999"><c r="A99999999"><v>1</v></c></row>'),
    "a column beyond the last": cells_of(b'<row r="1"><c r="XFE1"><v>1</v></c></row>'),
    "a column far beyond": cells_of(b'<row r="1"><c r = "ABCDEF1"><v>1</v></c></row>'),
    "one merge over all": with_parts(
        rich_book(),
        sheet3=lambda data: data.replace(
            b"</sheetData>",
            b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        ),
    ),
    "blanks without end": cells_of(b" " * 300_000_000),
    "cells without end": cells_of(b"<row r='1'>" + b"<c r='A1'/>" * 3_000_000 + b"</row>"),
    "an entity in a sheet": with_parts(rich_book(), sheet2=doctype),
    "an entity in the list of sheets": with_parts(rich_book(), workbook=doctype),
    "an entity in the texts": with_parts(rich_book(), sharedStrings=doctype),
    "a sheet in another coding": with_parts(
        rich_book(), sheet2=lambda data: data.decode().encode("utf-16")
    ),
    "a damaged list of sheets": with_parts(rich_book(), workbook=lambda data: data[:-40]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_at_once(name):
    start = time.perf_counter()
    with pytest.raises(WrongValue):
        inspect(HOSTILE[name])
    assert time.perf_counter() - start < 5


def test_a_damaged_member_is_named():
    data = bytearray(rich_book())
    info = zipfile.ZipFile(io.BytesIO(data)).getinfo("xl/workbook.xml")
    data[info.header_offset + 60] ^= 0xFF
    with pytest.raises(WrongValue, match="damaged"):
        contents(bytes(data))


def test_good_workbooks_pass(book):
    inspect(book)
    inspect(book.read_bytes())


def test_damage_anywhere_is_one_of_our_errors():
    source, rng = rich_book(), random.Random(3)  # noqa: S311
    sheet = parts(source)["xl/worksheets/sheet2.xml"]
    for _ in range(150):
        cut = rng.randrange(60, len(sheet))
        broken = sheet[:cut] + sheet[cut + rng.randrange(1, 40) :]
        with contextlib.suppress(WrongValue):
            list(formulas(with_parts(source, sheet2=lambda _, broken=broken: broken)))
