"""Ways to ask: a session as Excel's COM hands things over, and a workbook without Excel."""

import io

import xlsxwriter

from xlcrm.cells import Origin, Range
from xlcrm.errors import ExcelError
from xlcrm.hosts import headless
from xlcrm.hosts.session import MISSING, Place, Session

DEAL = {
    "Deal id": "d1",
    "Owner": "Ann",
    "Created": 45000.0,
    "Stage": "Won",
    "Amount": 100.0,
    "Expected close": 45050.0,
    "Status": "won",
    "Closed on": 45040.0,
}
STAGES = (("Stage", "Order", "Probability"), ("Lead", 1.0, 0.1), ("Negotiation", 2.0, 0.6))


def deals(*rows, **every):
    """Rows of deals under their headers, as COM sends a range; each row changes DEAL."""
    changed = [DEAL | {"Deal id": f"d{k + 1}"} | spelled(every) | row for k, row in enumerate(rows)]
    headers = list(dict.fromkeys(header for row in changed for header in row))
    return (tuple(headers), *(tuple(row.get(header) for header in headers) for row in changed))


def spelled(columns):
    return {name.replace("_", " ").capitalize(): value for name, value in columns.items()}


def column(header, *cells, **every):
    """Deals that differ in one column."""
    return deals(*({header: cell} for cell in cells), **every)


class Excel:
    """A session that is asked as Excel asks it."""

    def __init__(self):
        self.session = Session()

    def rows(self, name, *arguments):
        return self.session.call(name, list(arguments), at=Place("Book", "Here", "B2"))

    def value(self, name, *arguments):
        rows = self.rows(name, *arguments)
        assert [len(row) for row in rows] == [1], rows
        assert type(rows[0][0]) is not int, self.refusal(name, *arguments)
        return rows[0][0]

    def table(self, kind, rows, name="Deals", **origin):
        return self.value("CRM_TABLE", kind, Range(rows, Origin(name=name, sheet="Data", **origin)))

    def model(self, rows=None, *, as_of=MISSING, settings=None, date_system=1900, **others):
        given = ({} if rows is None else {"deals": rows}) | others
        if settings:
            given["settings"] = (("name", "value"), *settings.items())
        handles = [
            self.table(kind, cells, kind.capitalize(), date_system=date_system)
            for kind, cells in given.items()
        ]
        return self.value("CRM_MODEL", tuple((handle,) for handle in handles), as_of)

    def kpi(self, kpi, rows, by="", where="", period="", **model):
        return self.rows("CRM_KPI", self.model(rows, **model), kpi, by, where, period)

    def one(self, kpi, rows, **options):
        ((answer,),) = self.kpi(kpi, rows, **options)
        assert type(answer) is not int, ExcelError(answer)
        return answer

    def groups(self, kpi, rows, by, **options):
        header, *body = self.kpi(kpi, rows, by, **options)
        assert header == [by, "value", "n"]
        return {row[0]: row[1] for row in body}

    def refusal(self, name, *arguments):
        """The error that a cell shows, and the sentence of CRM_ERROR on it."""
        place = Place("Book", "Here", "Z9")
        ((error,),) = self.session.call(name, list(arguments), at=place)
        assert type(error) is int, error
        ((sentence,),) = self.session.call("CRM_ERROR", [place])
        assert 0 < len(sentence) <= 255
        assert "a fault of xlcrm" not in sentence
        return ExcelError(error).text, sentence

    def kpi_refusal(self, kpi, rows, by="", where="", period="", **model):
        return self.refusal("CRM_KPI", self.model(rows, **model), kpi, by, where, period)

    def table_refusal(self, kind, rows, name="Deals", **origin):
        cells = Range(rows, Origin(name=name, sheet="Data", **origin))
        return self.refusal("CRM_TABLE", kind, cells)

    def explained(self, kpi, rows, where="", **model):
        """What CRM_EXPLAIN says of a figure, item by item; several notes are joined."""
        place = Place("Book", "Here", "C3")
        self.session.call("CRM_KPI", [self.model(rows, **model), kpi, "", where], at=place)
        told = {}
        for item, text in self.session.call("CRM_EXPLAIN", [place])[1:]:
            told[item] = f"{told[item]}; {text}" if item in told else text
        return told


class Book:
    """A workbook written by XlsxWriter and computed without Excel: sheets, and formulas to ask."""

    def __init__(self, *formulas, date1904=False, **sheets):
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"date_1904": date1904})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    _write(sheet, number, place, cell)
        asking = book.add_worksheet("Ask")
        for number, formula in enumerate(formulas):
            asking.write_formula(10 * number, 0, formula)
        book.close()
        self.book = headless.opened(buffer.getvalue())
        headless.evaluate(self.book)
        results = headless.results(self.book)["Ask"]
        self.cells = [f"A{10 * number + 1}" for number in range(len(formulas))]
        self.answers = [results[cell] for cell in self.cells]

    def value(self, number=-1):
        ((answer,),) = self.answers[number]
        return answer

    def refusal(self, number=-1):
        return self.value(number).text, headless.reason(self.book, "Ask", self.cells[number])


def _write(sheet, row, column, cell):
    if isinstance(cell, ExcelError):
        sheet.write_formula(row, column, _CAUSES[cell], None, cell.text)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif cell is not None:
        sheet.write(row, column, cell)


_CAUSES = {
    ExcelError.NA: "=NA()",
    ExcelError.DIV0: "=1/0",
    ExcelError.NUM: "=SQRT(-1)",
    ExcelError.VALUE: '=1+"x"',
    ExcelError.NAME: "=NOSUCHFUNCTION()",
    ExcelError.REF: '=INDIRECT("nowhere!A0")',
}
