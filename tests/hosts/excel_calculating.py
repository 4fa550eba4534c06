"""Excel's way of calculating, over books of a few cells whose CRM formulas ask xlwings' server.

A cell that was touched makes all that rests on it dirty, whatever it comes to. Dirty cells are
taken in the order in which they were entered last: a function is called with precedents that are
not calculated yet, and once more behind them. What crosses to the server crosses as the VBA
module of the book sends it.
"""

from dataclasses import dataclass

from com_asking import MISSING, rows
from openpyxl.utils.cell import get_column_letter, range_boundaries

from xlcrm.functions import Kind, catalogue
from xlcrm.hosts.excel import LOST
from xlcrm.hosts.vba import HOST

NA = -2146826246


@dataclass(frozen=True)
class Area:
    """Cells of a sheet, such as `Area("Data", "A1:C9")`; `table` where they are a whole Table."""

    sheet: str
    address: str
    table: str = ""

    @property
    def cells(self):
        left, top, right, bottom = range_boundaries(self.address)
        return [
            [(self.sheet, f"{get_column_letter(c)}{r}") for c in range(left, right + 1)]
            for r in range(top, bottom + 1)
        ]


@dataclass(frozen=True)
class Formula:
    """A function, by its CRM name or a native one in Python, and what it is given."""

    function: object
    arguments: tuple

    def precedents(self):
        areas = [given for given in self.arguments if isinstance(given, Area)]
        return [cell for area in areas for row in area.cells for cell in row]


class Book:
    """An open book: contents and values of its cells, by sheet and address."""

    def __init__(self, excel, name):
        self.excel, self.name = excel, name
        self.contents, self.values, self.dirty = {}, {}, set()

    def enter(self, sheet, address, content):
        """Type a constant or a formula into a cell."""
        place = (sheet, address)
        self.contents.pop(place, None)
        self.contents[place] = content  # entered last
        if isinstance(content, Formula):
            self.dirty.add(place)
        else:
            self.values[place] = content
        self._dirty_what_rests_on(place)

    def fill(self, sheet, address, cells):
        """Type rows of constants from a cell on, and give their area."""
        left, top, _, _ = range_boundaries(address)
        for r, row in enumerate(cells):
            for c, cell in enumerate(row):
                self.enter(sheet, f"{get_column_letter(left + c)}{top + r}", cell)
        last = f"{get_column_letter(left + len(cells[0]) - 1)}{top + len(cells) - 1}"
        return Area(sheet, f"{address}:{last}", sheet)

    def formulas(self):
        return {p: c for p, c in self.contents.items() if isinstance(c, Formula)}

    def shown(self, sheet, address):
        return self.values[sheet, address]

    def everything_shown(self):
        return {place: self.values[place] for place in self.formulas()}

    def _dirty_what_rests_on(self, place):
        formulas, reached = self.formulas(), [place]
        while reached:
            touched = reached.pop()
            for other, formula in formulas.items():
                if touched in formula.precedents() and other not in self.dirty:
                    self.dirty.add(other)
                    reached.append(other)

    def calculate(self):
        chain = [place for place in reversed(self.formulas()) if place in self.dirty]
        while chain:
            place = chain.pop(0)
            waits = [p for p in self.contents[place].precedents() if p in self.dirty]
            self.values[place] = self._called(place)
            if waits:
                chain = [*waits, place, *chain]
            else:
                self.dirty.discard(place)
            chain = [p for k, p in enumerate(chain) if p in self.dirty and p not in chain[:k]]

    def calculate_all(self):
        self.dirty.update(self.formulas())
        self.calculate()

    def read(self, place):
        """The value of a cell; one that is not calculated yet is empty, or as it was before."""
        if place in self.dirty and self.excel.uncalculated == "empty":
            return None
        return self.values.get(place)

    def _called(self, place):
        formula = self.contents[place]
        if callable(formula.function):
            return formula.function(*(self._block(a) for a in formula.arguments))
        kinds = [argument.kind for argument in catalogue()[formula.function].arguments]
        sent = []
        for kind, given in zip(kinds, formula.arguments, strict=False):
            if not isinstance(given, Area):
                sent.append(given)
            elif kind is Kind.CELL:
                asked = given.cells[0][0]
                sent.append((self.name, *asked, isinstance(self.contents.get(asked), Formula)))
            elif any(self._waits(cell) for row in given.cells for cell in row):
                return [[NA]]
            elif kind is Kind.TABLE:
                left, top, _, _ = range_boundaries(given.address)
                name = given.table or given.address
                sent.append((self._block(given), name, given.sheet, top, left, False))
            else:
                sent.append(self._block(given))
        sent += [MISSING] * (len(kinds) - len(sent))
        answer = self.excel.asked(self, place, formula.function, sent)
        if answer[0][0] == LOST and type(answer[0][0]) is int:
            for precedent in formula.precedents():
                if isinstance(self.contents.get(precedent), Formula):
                    self._called(precedent)
            answer = self.excel.asked(self, place, formula.function, sent)
            if answer[0][0] == LOST and type(answer[0][0]) is int:
                return [[NA]]
        return answer

    def _waits(self, cell):
        return isinstance(self.contents.get(cell), Formula) and self.read(cell) is None

    def _block(self, given):
        if not isinstance(given, Area):
            return given
        block = tuple(tuple(_first(self.read(cell)) for cell in row) for row in given.cells)
        return block if len(block) > 1 or len(block[0]) > 1 else block[0][0]


def _first(value):
    """The cell that stands where the formula does; the others spill."""
    return value[0][0] if isinstance(value, list) else value


class Excel:
    """Open books that share one server."""

    def __init__(self, server, uncalculated="empty"):
        self.server, self.uncalculated = server, uncalculated
        self.books, self.calls = {}, []

    def open(self, name):
        self.books[name] = Book(self, name)
        return self.books[name]

    def close(self, book):
        del self.books[book.name]

    def save_as(self, book, name):
        self.close(book)
        book.name = name
        self.books[name] = book

    def asked(self, book, place, function, sent):
        self.calls.append((book.name, *place))
        return rows(self.server.CallUDF(HOST, function, ((book.name, *place), *sent)))
