"""The functions as an add-in, for every workbook of a user, beside the books that carry them."""

from xlcrm.workbook.addin.building import add_in, build_add_in

__all__ = ["add_in", "build_add_in"]
