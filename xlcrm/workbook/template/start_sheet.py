"""The sheet Start: what this is, how to put data in, what to trust, and where to go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlcrm.workbook.template.buttons import refresh_button
from xlcrm.workbook.template.page import Page, columns
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.style import STATUS

NAME = "Start"

_STEPS = (
    ("Begin a workbook of your own", "xlcrm new mine.xlsm --empty",
     "Keep this one to look things up in."),
    ("Take over an export of your CRM", "xlcrm import mine.xlsm deals.csv",
     "It finds the Table and matches the headers. Pasting below the headers of a Table does too."),
    ("Fill in what only you know", "Stages, Settings, Lists",
     "Probabilities, parameters, words to choose from. Columns that you lack may stay blank."),
    ("Let it compute", "xlcrm recalc mine.xlsm",
     "Without Excel, on any system. In Excel it computes by itself, once xlcrm setup was run; "
     "Refresh reads all Tables again."),
)  # fmt: skip
_PAGES = (
    ("Forecast", "What will we sell, when, by whom, and how surely?"),
    ("Pipeline", "What is open, how did it move, and what needs a hand today?"),
    ("Scorecard", "Is the strategy being met, and where not?"),
    ("Segments", "Which segments carry us, and at what cost?"),
    ("Customers", "Who carries us, who leaves, whom to call?"),
    ("Territory", "Where is a region neglected?"),
    ("Deals", "The data: one Table a sheet, from here on to Imports."),
    ("Settings", "Parameters, each with its default and its meaning."),
    ("Model", "The handles that answers are read from, and why one is missing."),
    ("Functions", "All functions with arguments and examples."),
)
_STORY = (
    ("Meridian Controls", "Made up: twelve sellers of building automation, 130 accounts, two and a "
     "half years."),
    ("Berg", "Sells by regularity: one deal of about 40,000 in every month."),
    ("Bianchi", "Sells by stunts: five large deals bring the most money, and months without any."),
    ("Silva", "Slips: late in every month expected closes move on or are lost, and many are "
     "overdue."),
    ("Follow-up", "A third of the lost deals were followed poorly: long silences, few contacts."),
    ("Gold accounts", "A sixth of all accounts; they bring most of the sales and are won most."),
    ("Silver accounts", "Bring less margin each than Gold; more after what winning them costs."),
    ("South", "Neglected: a third of the potential is met, with few visits and resellers."),
    ("Stages", "Deals go further than the configured probabilities say."),
)  # fmt: skip
_STYLES = (
    ("input", "2026", "Type here: an input."),
    ("entered", "Berg", "Your data, in a Table."),
    ("calculated", "1,234", "Computed for charts and checks: leave it as it is."),
    ("answer", "1,234", "An answer: computed, made to be read."),
    ("trouble", "▼ why", "Why an answer is missing, in one sentence."),
)


@dataclass(frozen=True)
class Check:
    """A check: what is compared, a formula that is TRUE where all is well, and what to do."""

    what: str
    formula: str
    advice: str


def write_start(
    workbook: Any,
    page: Page,
    handles: str,
    forecasts: tuple[Answer, Answer, Answer, str],
    sales: tuple[Answer, str, str],
) -> None:
    """Write the sheet.

    Args:
        workbook: The workbook being written.
        page: The sheet.
        handles: The cells with the handles of the model.
        forecasts: The forecasts by month and by owner, the ranges by month, and the headline total.
        sales: The answer by segment, and the cells of its condition and period.
    """
    columns(page, [2, 5, 36, 38, 92])
    page.sheet.set_row(0, 36)
    page.write(0, 1, "xlcrm: your CRM at work in the cells of Excel", "title")
    page.write(
        1,
        1,
        "Every figure here is a worksheet function over the Tables of this workbook, such as "
        '=CRM_FORECAST(Model, "owner"). Change a cell and the answers follow.',
        "subtitle",
    )
    refresh_button(page, 0, 4)
    page.worded(
        2,
        1,
        '=IF(COUNTA(Deals[deal_id])=0,"This workbook is empty yet: answers show #N/A until their '
        'Tables have rows.","All is computed from the Tables alone: nothing is looked up '
        'elsewhere, and no figure reads the clock.")',
        "subtitle",
    )
    row = _figures(workbook, page, 4)
    row = _checks(page, row + 1, _listed(handles, forecasts, sales))
    row = _section(page, row + 1, "How to put your data in")
    for number, (what, how, advice) in enumerate(_STEPS, 1):
        page.write(row, 1, str(number), "number")
        page.write(row, 2, what)
        page.write(row, 3, how, "command")
        page.write(row, 4, advice, "aside")
        row += 1
    row = _section(page, row + 1, "Where to go")
    for name, text in _PAGES:
        page.sheet.write_url(row, 2, f"internal:'{name}'!A1", page.styles["link"], name)
        page.write(row, 3, text)
        row += 1
    row = _section(page, row + 1, "What cells look like")
    for role, shown, text in _STYLES:
        page.write(row, 2, shown, role)
        page.write(row, 3, text)
        row += 1
    row = _section(page, row + 1, "The sample company: what there is to find")
    for about, text in _STORY:
        page.write(row, 2, about)
        page.write(row, 3, text)
        row += 1
    page.sheet.freeze_panes(3, 0)
    page.sheet.fit_to_pages(1, 1)
    page.sheet.print_area(0, 0, row, 4)
    page.sheet.activate()
    page.sheet.set_first_sheet()


def _section(page: Page, row: int, title: str) -> int:
    page.write(row, 1, title, "heading")
    page.sheet.set_row(row, 24)
    return row + 1


def _figures(workbook: Any, page: Page, row: int) -> int:
    """Write what the figures stand on: the day, the currency, the version."""
    row = _section(page, row, "These figures")
    set_day = 'VLOOKUP("as_of",Settings[[name]:[value]],2,FALSE)'
    page.write(row, 2, "Seen from")
    page.formula(row, 3, f'=IF({set_day}="","newest event",{set_day})', "answer_date")
    page.write(row, 4, "The setting as_of; blank means the newest event in the data.", "aside")
    row += 1
    page.write(row, 2, "Computed by xlcrm")
    page.answer(row, 3, "=CRM_VERSION()")
    page.write(
        row,
        4,
        "Where macros are blocked or xlcrm is not set up, all figures stand as they were last "
        "computed.",
        "aside",
    )
    row += 1
    page.write(row, 2, "Currency")
    page.write(row, 3, "EUR", "input")
    page.write(row, 4, "The unit that titles name; amounts are not converted by it.", "aside")
    workbook.define_name("Currency", f"={page.address(row, 3)}")
    return row + 1


def _listed(
    handles: str, forecasts: tuple[Answer, Answer, Answer, str], sales: tuple[Answer, str, str]
) -> tuple[Check, ...]:
    by_month, by_owner, ranges, total = forecasts
    cut, where, period = sales

    def of(answer: Answer, name: str) -> str:
        sheet = answer.page.name
        number = answer.names.index(name) + 1
        return f"SUM(INDEX(ANCHORARRAY({sheet}!{answer.cell}),0,{number}))"

    revenue = f'CRM_KPI(Model,"revenue",,{cut.page.name}!{where},{cut.page.name}!{period})'
    return (
        Check("Tables can be read",
              f"SUMPRODUCT(--ISERROR({handles}))=SUMPRODUCT(--ISNA({handles}))",
              "Look at Model: a Table has a wrong header or an error cell. Blank Tables are fine."),
        Check("The model holds", "NOT(ISERROR(Model))", "Look at Model for the reason."),
        Check("Headline equals forecast by month",
              f"ABS({total}-{of(by_month, 'total')})<0.5", "Look at Forecast."),
        Check("Forecast by month equals by owner",
              f"ABS({of(by_month, 'total')}-{of(by_owner, 'total')})<0.5", "Look at Forecast."),
        Check("Ranges lie round the forecast",
              f"ABS({of(by_month, 'total')}-{of(ranges, 'mean')})<0.5", "Look at Forecast."),
        Check("Segments add up to revenue", f"ABS({of(cut, 'revenue')}-{revenue})<0.5",
              "Look at Segments: rows may lack what they are cut by."),
        Check("Imports are complete", "SUM(Imports[rows in file])=SUM(Imports[rows placed])",
              "Look at Imports: some rows could not be placed."),
    )  # fmt: skip


def _checks(page: Page, row: int, checks: tuple[Check, ...]) -> int:
    first = row + 1
    last = first + len(checks) - 1
    area = f"{page.at(first, 3)}:{page.at(last, 3)}"
    page.formula(
        row,
        1,
        f'=IF(COUNTIF({area},"▼ look")>0,"Checks: "&COUNTIF({area},"▼ look")&" to look at",'
        f'IF(COUNTIF({area},"○ no data")>0,"Checks: waiting for data",'
        f'"Checks: all {len(checks)} are fine"))',
        "heading",
    )
    page.sheet.set_row(row, 24)
    for at, check in enumerate(checks, first):
        page.write(at, 2, check.what)
        page.answer(at, 3, f'=IFERROR(IF({check.formula},"● fine","▼ look"),"○ no data")', "answer")
        page.formula(at, 4, f'=IF({page.at(at, 3)}="▼ look","{check.advice}","")', "aside")
    for word, status in (("● fine", "green"), ("▼ look", "red"), ("○ no data", "missing")):
        ink, ground = STATUS[status]
        page.sheet.conditional_format(
            first, 3, last, 3,
            {"type": "cell", "criteria": "==", "value": f'"{word}"',
             "format": page.styles.alone(font_color=ink, bg_color=ground, bold=True)},
        )  # fmt: skip
    return last + 1
