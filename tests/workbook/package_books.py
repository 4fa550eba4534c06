"""Workbooks that other programs wrote, for the tests of the package module."""

import io
import zipfile

import xlsxwriter

DYNAMIC = "=_xlfn.SEQUENCE(3,2)"


def rich_book(path=None, *, date1904=False):
    """A workbook with Tables, spills, charts, comments, sparklines and validations."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"date_1904": date1904})
    data = book.add_worksheet("Deals & co")
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    data.write("A1", "Our deals", bold)
    data.add_table(
        "A3:D6",
        {
            "name": "Deals",
            "columns": [
                {"header": "deal_id"},
                {"header": "amount", "format": money},
                {"header": "created", "format": date},
                {"header": "stage", "header_format": bold},
            ],
            "data": [["d1", 10.5, 45000, "won"], ["d2", 20, 45001, "lost"], ["d3", 30, 45002, "x"]],
        },
    )
    data.write("F4", "beside", bold)
    data.write("F5", 7)
    data.data_validation("D4:D6", {"validate": "list", "source": ["won", "lost", "x"]})
    data.conditional_format("B4:B6", {"type": "data_bar", "data_bar_2010": True})
    data.write_comment("A3", "the id")
    data.add_sparkline("G4", {"range": "'Deals & co'!B4:B6"})
    out = book.add_worksheet("Out")
    out.write("A1", "title <&>")
    out.write_formula("B1", "=SUM(Deals[amount])", None, 60.5)
    out.write_formula("C1", '=CRM_KPI(Model,"win & lose")', None, 1)
    out.write_dynamic_array_formula("A3:B5", DYNAMIC, None, 1)
    for row in range(3):
        for column in range(2):
            if row or column:
                out.write(2 + row, column, row * 2 + column + 1)
    out.write_blank("B12", None, money)
    out.write("H3", "far")
    out.write_array_formula("E3:F4", "{=CRM_OLD(1)}", None, 5)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"categories": "=Out!$A$3:$A$8", "values": "=Out!$B$3:$B$8"})
    out.insert_chart("J2", chart)
    other = book.add_chart({"type": "line"})
    other.add_series({"values": "='Deals & co'!$B$4:$B$6"})
    data.insert_chart("J2", other)
    book.add_worksheet("Plain").write_column("A1", range(100))
    book.define_name("Model", "=Out!$A$1")
    book.define_name("Out!Local", "=Out!$B$1")
    book.close()
    if path is not None:
        path.write_bytes(buffer.getvalue())
    return buffer.getvalue()


def parts(source):
    """All parts of a package, unpacked."""
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def changed_parts(before, after):
    """The names of the parts that differ."""
    one, other = parts(before), parts(after)
    assert list(one) == list(other)
    return {name for name in one if one[name] != other[name]}


def with_parts(source, **changes):
    """A package with some parts changed by a function each: sheet1, workbook, workbook_rels."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts(source).items():
            key = name.rpartition("/")[2].replace(".xml", "").replace(".rels", "_rels")
            archive.writestr(name, changes[key](data) if key in changes else data)
    return buffer.getvalue()
