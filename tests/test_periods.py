"""The grammar of `period`, fiscal years, ISO weeks and the ends of months."""

import calendar
from datetime import date, timedelta

import pytest
from asking import column, deals
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.errors import WrongValue
from xlcrm.periods import ALL, CALENDAR, is_relative, label, period, shifted, start_of

AS_OF = date(2026, 3, 18)  # a Wednesday in week 12
DAYS = st.dates(date(1900, 1, 1), date(2500, 12, 31))
UNITS = st.sampled_from(CALENDAR)
MONTHS = st.integers(1, 12)


def span(text, as_of=AS_OF, fy_start=1):
    found = period(text, as_of, fy_start)
    return f"{found.first}..{found.last}"


# ── absolute periods ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026", "2026-01-01..2026-12-31"),
        ("2026-Q1", "2026-01-01..2026-03-31"),
        ("2026-q4", "2026-10-01..2026-12-31"),
        ("2026Q3", "2026-07-01..2026-09-30"),
        ("2026 Q3", "2026-07-01..2026-09-30"),
        ("2026-03", "2026-03-01..2026-03-31"),
        ("2026-3", "2026-03-01..2026-03-31"),
        (" 2026-03-04 ", "2026-03-04..2026-03-04"),
        ("2026-W12", "2026-03-16..2026-03-22"),
        ("2024-02", "2024-02-01..2024-02-29"),
        ("1900-02", "1900-02-01..1900-02-28"),
        ("2026-01..2026-06", "2026-01-01..2026-06-30"),
        ("2026-01-15 .. 2026-Q2", "2026-01-15..2026-06-30"),
        ("..2026-03", "None..2026-03-31"),
        ("2026-03..", "2026-03-01..None"),
        ("", "None..None"),
        ("ALL", "None..None"),
    ],
)
def test_absolute_periods(text, days):
    assert span(text) == days


def test_all_has_neither_beginning_nor_end():
    assert period("all", AS_OF) == period("", AS_OF) == ALL
    assert ALL.is_all
    assert not period("..2026", AS_OF).is_all


# ── relative periods ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("this day", "2026-03-18..2026-03-18"),
        ("this week", "2026-03-16..2026-03-22"),
        ("This  Month", "2026-03-01..2026-03-31"),
        ("this quarter", "2026-01-01..2026-03-31"),
        ("this year", "2026-01-01..2026-12-31"),
        ("last month", "2026-02-01..2026-02-28"),
        ("last quarter", "2025-10-01..2025-12-31"),
        ("last year", "2025-01-01..2025-12-31"),
        ("last week", "2026-03-09..2026-03-15"),
        ("last 12 months", "2025-04-01..2026-03-31"),
        ("last 1 month", "2026-03-01..2026-03-31"),
        ("last 7 days", "2026-03-12..2026-03-18"),
        ("next month", "2026-04-01..2026-04-30"),
        ("next 3 months", "2026-04-01..2026-06-30"),
        ("next year", "2027-01-01..2027-12-31"),
        ("YTD", "2026-01-01..2026-03-18"),
        ("qtd", "2026-01-01..2026-03-18"),
        ("MTD", "2026-03-01..2026-03-18"),
        ("2025-07..last month", "2025-07-01..2026-02-28"),
        ("ytd..next month", "2026-01-01..2026-04-30"),
    ],
)
def test_relative_periods_count_from_as_of(text, days):
    assert span(text) == days
    assert is_relative(text)


@pytest.mark.parametrize("text", ["2026", "2026-Q1", "2026-W12", "all", "", "2026-01..2026-06"])
def test_absolute_periods_do_not_ask_for_as_of(text):
    assert not is_relative(text)


@pytest.mark.parametrize("as_of", [date(2026, 1, 31), date(2026, 3, 31), date(2024, 3, 30)])
def test_last_month_of_a_month_end_is_the_whole_month_before(as_of):
    found = period("last month", as_of)
    assert found.last == as_of.replace(day=1) - timedelta(days=1)
    assert found.first == found.last.replace(day=1)


# ── fiscal years ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026", "2025-04-01..2026-03-31"),
        ("2026-Q1", "2025-04-01..2025-06-30"),
        ("2026-Q4", "2026-01-01..2026-03-31"),
        ("2026-03", "2026-03-01..2026-03-31"),
        ("this year", "2025-04-01..2026-03-31"),
        ("this quarter", "2026-01-01..2026-03-31"),
        ("next year", "2026-04-01..2027-03-31"),
        ("YTD", "2025-04-01..2026-03-18"),
    ],
)
def test_a_fiscal_year_from_april_is_named_after_the_year_in_which_it_ends(text, days):
    assert span(text, fy_start=4) == days


@pytest.mark.parametrize(
    ("day", "unit", "name"),
    [
        (date(2026, 3, 31), "year", "2026"),
        (date(2026, 4, 1), "year", "2027"),
        (date(2026, 3, 31), "quarter", "2026-Q4"),
        (date(2026, 4, 1), "quarter", "2027-Q1"),
        (date(2026, 4, 1), "month", "2026-04"),
    ],
)
def test_fiscal_labels(day, unit, name):
    assert label(day, unit, 4) == name


def test_the_fiscal_year_of_the_settings_cuts_figures(excel):
    rows = column("Closed on", 46112.0, 46113.0)  # 31 March and 1 April 2026
    april = {"settings": {"fy_start": 4.0}}
    assert excel.groups("won_deals", rows, "year", **april) == {"2026": 1.0, "2027": 1.0}
    assert excel.one("won_deals", rows, period="2026", **april) == 1.0


# ── weeks ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2020, 12, 31), "2020-W53"),
        (date(2021, 1, 3), "2020-W53"),
        (date(2021, 1, 4), "2021-W01"),
        (date(2026, 12, 31), "2026-W53"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_iso_week_53_is_kept_apart(day, name):
    assert label(day, "week") == name


def test_iso_week_53_is_a_period_of_the_years_that_have_it():
    assert span("2020-W53") == "2020-12-28..2021-01-03"
    with pytest.raises(WrongValue, match="'2021-W53' is no period of the calendar"):
        period("2021-W53", AS_OF)


def test_week_53_and_week_1_are_two_groups_of_a_figure(excel):
    rows = column("Closed on", 44199.0, 44200.0)  # 3 and 4 January 2021
    assert excel.groups("won_deals", rows, "week") == {"2020-W53": 1.0, "2021-W01": 1.0}


# ── laws ────────────────────────────────────────────────────────────────────────────────────


@given(DAYS, UNITS, MONTHS)
def test_a_day_lies_in_the_unit_that_starts_before_it_and_not_in_the_next(day, unit, fy_start):
    start = start_of(day, unit, fy_start)
    assert start <= day < shifted(start, unit, 1)
    assert start_of(start, unit, fy_start) == start


@given(DAYS, UNITS, MONTHS)
def test_the_period_named_by_a_days_label_holds_the_day(day, unit, fy_start):
    found = period(label(day, unit, fy_start), AS_OF, fy_start)
    assert found.first == start_of(day, unit, fy_start)
    assert found.first <= day <= found.last


@given(DAYS, DAYS, UNITS, MONTHS)
def test_labels_sort_as_time_does(one, other, unit, fy_start):
    first, second = sorted([one, other])
    assert label(first, unit, fy_start) <= label(second, unit, fy_start)


@given(st.integers(1900, 2500), st.integers(1, 12))
def test_a_month_has_all_its_days(year, month):
    found = period(f"{year}-{month:02d}", AS_OF)
    assert (found.last - found.first).days + 1 == calendar.monthrange(year, month)[1]


@given(DAYS, st.integers(1, 400), MONTHS)
def test_last_and_next_months_meet_without_gap_or_overlap(as_of, count, fy_start):
    last, coming = (period(f"{w} {count} months", as_of, fy_start) for w in ("last", "next"))
    assert coming.first - last.last == timedelta(days=1)
    assert last.first <= as_of <= last.last


# ── what is no period ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text", ["soon", "26", "March", "2026-Q5", "Q1", "this decade", "2026/03", "last", "٢٠٢٦"]
)
def test_a_text_that_is_no_period_is_refused_with_what_to_write(text):
    with pytest.raises(WrongValue) as caught:
        period(text, AS_OF)
    assert caught.value.message == (
        f"{text!r} is no period: write 2026, 2026-Q3, 2026-03, 2026-01..2026-06, this month, "
        "last quarter, YTD or last 12 months"
    )


@pytest.mark.parametrize(
    "text",
    [
        "2026-13",
        "2026-02-30",
        "2026-W54",
        "0000",
        "9999",
        "9999-12",
        "last 99999 years",
        "next 99999999999 days",
        "2026..9999",
    ],
)
def test_a_period_beyond_the_calendar_is_refused(text):
    with pytest.raises(WrongValue) as caught:
        period(text, AS_OF)
    assert caught.value.message.endswith("is no period of the calendar")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-06..2026-01", "the period '2026-06..2026-01' ends before it starts"),
        ("all..2026", "'all..2026' is no span: write two periods, such as 2026-01..2026-06"),
        ("last 0 months", "'last 0 months' is no period"),
    ],
)
def test_a_span_that_is_none_is_refused(text, why):
    with pytest.raises(WrongValue) as caught:
        period(text, AS_OF)
    assert caught.value.message == why


# ── asked of a model ────────────────────────────────────────────────────────────────────────


def test_as_of_is_the_newest_event_unless_it_is_set_or_given(excel):
    rows = column("Closed on", 46085.0, 46115.0)  # 4 March and 3 April 2026
    assert excel.one("won_deals", rows, period="this month") == 1.0
    march = {"settings": {"as_of": 46090.0}}
    assert excel.one("won_deals", rows, period="last month", as_of=46143.0, **march) == 1.0
    assert excel.one("won_deals", rows, period="this month", **march) == 1.0
    assert excel.one("won_deals", rows, period="2026-01..this month", **march) == 1.0


def test_a_period_of_a_figure_without_a_date_says_so(excel):
    error, sentence = excel.kpi_refusal("won_deals", deals({}), period="some day")
    assert error == "#VALUE!"
    assert sentence.startswith("'some day' is no period: write 2026,")
