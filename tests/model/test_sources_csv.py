"""CSV files as people have them: encodings, delimiters, quotes, ids, numbers."""

import pytest

from xlcrm.errors import WrongValue
from xlcrm.model.sources import read_csv, read_file
from xlcrm.model.sources.csv_files import decoded, delimiter_of


def rows_of(tmp_path, content, name="file.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_csv(path).rows


# ── encodings ───────────────────────────────────────────────────────────────────────────────

NAMES = "name;city\nZoë;Köln\nŁucja;Δράμα\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_unicode_is_read_with_and_without_a_mark(tmp_path, encoding):
    text = "name;city\nZoë;Köln\n" if encoding in ("utf-16-le", "utf-16-be") else NAMES
    rows = rows_of(tmp_path, text.encode(encoding))
    assert rows[:2] == [("name", "city"), ("Zoë", "Köln")]


def test_windows_text_is_read_and_the_note_says_so(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("name,preis\nMüller,„5 €“\n".encode("cp1252"))
    sheet = read_csv(path)
    assert sheet.rows[1] == ("Müller", "„5 €“")
    assert any("Windows-1252" in note for note in sheet.notes)


def test_one_damaged_sign_does_not_spoil_all_others():
    text, notes = decoded(("ä" * 50).encode() + b"\xff")
    assert text.startswith("ä" * 50)
    assert "1 of its signs are damaged" in notes[0]


def test_accents_have_one_form(tmp_path):
    assert rows_of(tmp_path, "a,b\ncafe\u0301,x\n")[1][0] == "café"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04xxxx", "name it .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1", "old workbook"),
        (b"  <!DOCTYPE html><html>", "web page"),
        (b"\x00\x01\x00\x00\x02\x00\x03\x00\x00", "no text"),
        (b"\xff\xfea", "says it is UTF-16"),
        (b"PAR1...", "Parquet"),
    ],
)
def test_what_is_no_csv_is_named(tmp_path, content, message):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(WrongValue, match=message) as caught:
        read_csv(path)
    assert str(tmp_path) not in caught.value.message


def test_a_missing_file_and_an_empty_one(tmp_path):
    with pytest.raises(WrongValue, match=r"there is no file gone\.csv"):
        read_csv(tmp_path / "gone.csv")
    assert rows_of(tmp_path, b"") == []


# ── delimiters and quotes ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a;b;c\n1,5;2,5;x, y\n1,0;2,0;z\n", ";"),
        ("a\tb\n1,5\t2\n", "\t"),
        ("a|b|c\n1|2|3\n", "|"),
        ("Our deals, 2026\n\nid;amount;remark\n1;2,5;a, b\n2;3,5;c, d\n3;4,5;e, f\n", ";"),
        ('"a;b","c"\n"1;2","3"\n', ","),
        ("Name, first;Age;City\nA, B;1;C\nD, E;2;F\n", ";"),
        ("only\none\n", ","),
        ("", ","),
    ],
)
def test_the_delimiter_is_found(text, delimiter):
    assert delimiter_of(text) == delimiter


def test_excels_hint_is_taken_and_dropped(tmp_path):
    assert rows_of(tmp_path, "sep=;\r\na;b\r\n1,2;3,4\r\n")[0] == ("a", "b")


def test_ragged_rows_and_line_breaks_in_quotes(tmp_path):
    rows = rows_of(tmp_path, 'a,b,c\r\n"x\ny",2\r\n\r\n1,2,3,4\r\n')
    assert rows == [
        ("a", "b", "c", None),
        ("x\ny", 2.0, None, None),
        (None, None, None, None),
        (1.0, 2.0, 3.0, 4.0),
    ]


def test_a_quote_that_never_closes_swallows_nothing(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"x,1\ny,2\nz,3\n')
    sheet = read_csv(path)
    assert len(sheet.rows) == 4
    assert "quotes do not pair" in sheet.notes[0]


def test_a_field_without_end_is_refused(tmp_path):
    with pytest.raises(WrongValue, match="no CSV"):
        rows_of(tmp_path, "a,b\n" + "x" * 200_000)


# ── numbers, ids, texts ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["0", "12", "-5", "1234.5", "0.25", "-0.5", "123456789012345"])
def test_plain_numbers_are_numbers(tmp_path, text):
    assert rows_of(tmp_path, f"a,b\n{text},x\n")[1][0] == float(text)


TEXTS = """
00123 1E5 1234567890123456 +49123 1,5 1.234.5 12% (5) .5 5. nan inf 1_000 0x10 ١٢
2026-03-04 03/04/2026 TRUE #N/A =1+1 @x -x +x $5
"""


@pytest.mark.parametrize("text", [*TEXTS.split(), "1 234"])
def test_everything_else_stays_text(tmp_path, text):
    assert rows_of(tmp_path, f"a;b\n{text};x\n")[1][0] == text


def test_an_id_among_numbers_keeps_the_column_text(tmp_path):
    rows = rows_of(tmp_path, "zip,n\n01067,1\n80331,2\n,\n")
    assert [row[0] for row in rows] == ["zip", "01067", "80331", None]
    assert [row[1] for row in rows] == ["n", 1.0, 2.0, None]


def test_blanks_are_none_and_signs_are_kept(tmp_path):
    rows = rows_of(tmp_path, "a,b\n  ,\u00a0\n' x,👩‍💻\n")
    assert rows[1:] == [(None, None), ("' x", "👩‍💻")]


def test_the_texts_are_there_to_the_letter(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("version,n\n1.10,1\n1.1,2\n")
    sheet = read_csv(path)
    assert [row[0] for row in sheet.rows[1:]] == [1.1, 1.1]
    assert list(sheet.texts[0]) == ["version", "1.10", "1.1"]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("a.xls", "save it as .xlsx"),
        ("a.ods", "save it as .xlsx"),
        ("a.parquet", "as CSV"),
        ("a.qqq", "give a .csv or .xlsx"),
        ("a", "give a .csv or .xlsx"),
    ],
)
def test_other_formats_are_told_what_to_do(tmp_path, name, advice):
    with pytest.raises(WrongValue, match=advice):
        read_file(tmp_path / name)
