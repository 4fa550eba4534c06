"""Days as text, serial numbers, date systems."""

from datetime import UTC, date, datetime
from math import nextafter

import pytest
from asking import Book, column, deals

DATE_4_MARCH = 46085.0  # Excel: =DATE(2026,3,4)


def by_day(excel, *cells, **options):
    return excel.groups("won_deals", column("Closed on", *cells), "day", **options)


def refused(excel, cell, **options):
    return excel.kpi_refusal("won_deals", column("Closed on", cell), by="day", **options)


# ── 23 dates as text ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-04",
        " 2026-3-4",
        "20260304",
        "2026-03-04T10:15",
        "2026-03-04 23:59:59.9",
        "4.3.2026",
    ],
)
def test_iso_dates_as_text_are_read(excel, text):
    assert by_day(excel, text) == {"2026-03-04": 1.0}


def test_a_date_that_can_be_read_two_ways_asks_for_dayfirst(excel):
    assert refused(excel, "03/04/2026") == (
        "#VALUE!",
        "deals, row 2: closed_on: '03/04/2026' can be read two ways: set dayfirst to yes or no",
    )


@pytest.mark.parametrize(("dayfirst", "day"), [("yes", "2026-04-03"), ("no", "2026-03-04")])
def test_dayfirst_settles_the_order_of_day_and_month(excel, dayfirst, day):
    assert by_day(excel, "03/04/2026", settings={"dayfirst": dayfirst}) == {day: 1.0}


@pytest.mark.parametrize("text", ["13/04/2026", "04/13/2026", "13-04-2026"])
def test_a_day_beyond_12_settles_its_own_order(excel, text):
    assert by_day(excel, text) == {"2026-04-13": 1.0}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("soon", "'soon' is no date; write it as 2026-03-04"),
        ("03/04/26", "'03/04/26' is no date; write it as 2026-03-04"),
        ("2026-02-30", "'2026-02-30' is no day of the calendar"),
        ("٢٠٢٦-٠٣-٠٤", "'٢٠٢٦-٠٣-٠٤' is no date; write it as 2026-03-04"),
    ],
)
def test_a_text_that_is_no_date_is_refused(excel, text, why):
    assert refused(excel, text) == ("#VALUE!", f"deals, row 2: closed_on: {why}")


# ── 24 one day in three forms ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "cell",
    [DATE_4_MARCH, DATE_4_MARCH + 0.75, datetime(2026, 3, 4), date(2026, 3, 4), "2026-03-04"],  # noqa: DTZ001 - as a host has it
)
def test_a_date_cell_a_serial_and_a_text_are_the_same_day(excel, cell):
    assert by_day(excel, cell) == {"2026-03-04": 1.0}


def test_dates_in_several_forms_may_stand_in_one_column(excel):
    mixed = (DATE_4_MARCH, datetime(2026, 3, 4, 18), "2026-03-04")  # noqa: DTZ001 - as a host has it
    assert by_day(excel, *mixed) == {"2026-03-04": 3.0}


# ── 25 and 27 the ends of the calendar ──────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("serial", "day"),
    [
        (1.0, "1900-01-01"),
        (59.0, "1900-02-28"),
        (61.0, "1900-03-01"),
        (2958465.0, "9999-12-31"),
        (2958465.99, "9999-12-31"),
    ],
)
def test_serials_at_the_ends_and_round_the_day_that_never_was(excel, serial, day):
    assert by_day(excel, serial) == {day: 1.0}


@pytest.mark.parametrize(
    ("serial", "why"),
    [
        (60.0, "60 is no date: 29 February 1900 never was"),
        (0.0, "0 is no date: serials go from 1 to 2958465"),
        (-1.0, "-1 is no date: serials go from 1 to 2958465"),
        (2958466.0, "2958466 is no date: serials go from 1 to 2958465"),
    ],
)
def test_serials_that_are_no_day_are_refused(excel, serial, why):
    assert refused(excel, serial) == ("#NUM!", f"deals, row 2: closed_on {why}")


# ── 26 the 1904 date system ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("serial", "day"),
    [(0.0, "1904-01-01"), (60.0, "1904-03-01"), (44623.0, "2026-03-04"), (2957003.0, "9999-12-31")],
)
def test_in_a_1904_workbook_day_0_is_1_january_1904(excel, serial, day):
    assert by_day(excel, serial, date_system=1904) == {day: 1.0}


@pytest.mark.parametrize("serial", [-1.0, 2957004.0])
def test_serials_beyond_the_1904_system_are_refused(excel, serial):
    assert refused(excel, serial, date_system=1904) == (
        "#NUM!",
        f"deals, row 2: closed_on {serial:.0f} is no date: serials go from 0 to 2957003",
    )


QUESTIONS = [
    '=CRM_TABLE("deals",Deals!A1:H4)',
    "=CRM_MODEL(A1,Deals!J1)",
    "=CRM_MODEL(A1)",
    '=INDEX(CRM_KPI(A11,"won_amount","month"),3,1)',
    '=CRM_KPI(A11,"won_amount",,,"last month")',
    '=CRM_KPI(A21,"won_amount",,,"this month")',
    '=CRM_KPI(A21,"won_amount",,"closed_on>="&Deals!H3)',
    '=CRM_KPI(A21,"won_amount",,Deals!K1:M1)',
    '=CRM_KPI(A21,"cycle_days")',
    '=CRM_KPI(A21,"won_deals",,"closed_on=2026-03-04")',
]
DAYS = [date(2026, 2, 10), date(2026, 3, 4), date(2026, 3, 5)]


def book_of_1900_or_1904(*, date1904):
    rows = [
        list(row)
        for row in deals(*({"Closed on": d, "Amount": 2.0**k} for k, d in enumerate(DAYS)))
    ]
    for row in rows[1:]:
        row[2], row[5] = date(2026, 1, 15), date(2026, 3, 31)
    rows[0] += [None, date(2026, 4, 1), "closed_on", ">", date(2026, 3, 4)]
    with_dates = [[_stamp(cell) for cell in row] for row in rows]
    return Book(*QUESTIONS, Deals=with_dates, date1904=date1904)


def _stamp(cell):
    return datetime(cell.year, cell.month, cell.day) if isinstance(cell, date) else cell  # noqa: DTZ001 - as a file has it


def test_a_1904_workbook_gives_what_its_1900_twin_gives():
    twins = [book_of_1900_or_1904(date1904=system).answers[3:] for system in (False, True)]
    assert twins[0] == twins[1]
    assert twins[0] == [[("2026-03",)], [(6.0,)], [(6.0,)], [(6.0,)], [(4.0,)], [(41.0,)], [(1.0,)]]


def test_as_of_in_a_1904_workbook_of_excel_counts_from_1904(excel):
    rows = column("Closed on", 44623.0)  # 4 March 2026
    march = {"period": "this month", "date_system": 1904}
    assert excel.one("won_deals", rows, as_of=44649.0, **march) == 1.0  # 30 March 2026
    assert excel.one("won_deals", rows, as_of=44651.0, **march) == 0.0  # 1 April 2026


# ── 28 impossible order of days ─────────────────────────────────────────────────────────────


def test_a_deal_closed_before_it_was_created_is_left_out_of_the_cycle_and_named(excel):
    rows = deals({"Closed on": 45010.0}, {"Closed on": 44000.0})
    assert excel.one("cycle_days", rows) == 10.0
    told = excel.explained("cycle_days", rows)
    assert told["left out: closed before it was created"] == 1.0


# ── 29 and 30 time zones and rounding ───────────────────────────────────────────────────────


def test_a_moment_with_a_time_zone_is_refused(excel):
    rows = column("Closed on", datetime(2026, 3, 4), datetime(2026, 3, 4, tzinfo=UTC))  # noqa: DTZ001 - as a host has it
    assert excel.table_refusal("deals", rows) == (
        "#VALUE!",
        "Closed on: aware and naive dates mixed: cells have no time zone",
    )


def test_a_moment_half_a_microsecond_before_midnight_is_the_next_day(excel):
    assert by_day(excel, nextafter(DATE_4_MARCH, 0)) == {"2026-03-04": 1.0}
    assert by_day(excel, DATE_4_MARCH - 0.001 / 86_400) == {"2026-03-03": 1.0}
