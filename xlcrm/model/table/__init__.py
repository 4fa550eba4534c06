"""A table: the rows of one kind, from cells of a range or from a frame of any engine."""

from xlcrm.model.table.of_cells import CellTable, table_of
from xlcrm.model.table.of_frames import FrameTable
from xlcrm.model.table.shape import ROW, Columns, Table

__all__ = ["ROW", "CellTable", "Columns", "FrameTable", "Table", "table_of"]
