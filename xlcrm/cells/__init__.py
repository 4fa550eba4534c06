"""Cells to Python values and back: blanks, dates, errors, number text.

Every rule about what a cell holds stands here and nowhere else. A host hands over rows of raw
cells; `canonical` gives them one form in every host, `leave` turns an answer into rows of cells.
"""

from xlcrm.cells.arriving import canonical, canonical_cell, scalar, used, vector
from xlcrm.cells.dates import (
    HALF_MICROSECOND,
    LAST_SERIAL,
    SHIFT_1904,
    date_of_serial,
    date_of_text,
    no_date,
    serial_of,
    serials,
)
from xlcrm.cells.leaving import LONGEST_TEXT, leave, safe_for_csv
from xlcrm.cells.numbers import number_of_text
from xlcrm.cells.origin import (
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    Origin,
    Range,
    Rows,
    column_letters,
)
from xlcrm.cells.text import WHITE, is_blank, number_text, text_key, text_of

__all__ = [
    "HALF_MICROSECOND",
    "LAST_SERIAL",
    "LONGEST_TEXT",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "SHIFT_1904",
    "WHITE",
    "Cell",
    "Origin",
    "Range",
    "Rows",
    "canonical",
    "canonical_cell",
    "column_letters",
    "date_of_serial",
    "date_of_text",
    "is_blank",
    "leave",
    "no_date",
    "number_of_text",
    "number_text",
    "safe_for_csv",
    "scalar",
    "serial_of",
    "serials",
    "text_key",
    "text_of",
    "used",
    "vector",
]
