"""The template as code: a workbook that answers a sales manager's and a controller's questions."""

from xlcrm.workbook.template.building import build
from xlcrm.workbook.template.new_books import check, new_book, template_path

__all__ = ["build", "check", "new_book", "template_path"]
