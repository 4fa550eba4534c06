"""Ids, names, stages and headers."""

import unicodedata

import pytest
from asking import STAGES, Book, column, deals

from xlcrm.cells import leave

# ── 20 and 21 ids ───────────────────────────────────────────────────────────────────────────


def test_text_ids_stay_text_with_their_leading_zeros(excel):
    ids = column("Deal id", "1E5", "00123", 100000.0, "123")
    by_id = excel.groups("won_deals", ids, "deal_id")
    assert by_id == {"1E5": 1.0, "00123": 1.0, "100000": 1.0, "123": 1.0}


def test_an_id_of_16_digits_in_a_number_cell_is_warned_about(excel):
    ids = column("Deal id", 1234567890123456.0, 1234567890123457.0)
    assert len(excel.groups("won_deals", ids, "deal_id")) == 2
    told = excel.explained("orders", ids)
    assert told["note"] == (
        "deal_id: an id lost digits, since a cell keeps 15 of them; store ids as text"
    )


def test_the_number_1_and_the_text_1_are_one_id_and_it_is_said(excel):
    ids = column("Account id", 1.0, "1", " 1 ")
    assert excel.one("customers", ids) == 1.0
    assert excel.explained("customers", ids)["note"] == (
        "account_id: numbers and texts are mixed; the number 1 and the text '1' are one id"
    )


# ── 44 stages without a probability ─────────────────────────────────────────────────────────


def forecast_refused(excel, stage, stages=STAGES, **others):
    rows = deals({}, stage=stage, status="open")
    model = excel.model(rows, as_of=45001.0, stages=stages, **others)
    return excel.refusal("CRM_FORECAST", model, "owner", "", "", "", "configured")


@pytest.mark.parametrize(
    ("cell", "error", "why"),
    [
        (-0.2, "#NUM!", "stages, row 2: probability -0.2 is no share: it lies between 0 and 1,"),
        (1.5, "#NUM!", "stages, row 2: probability 1.5 > 1; enter 0.015 or 1.5%"),
        (None, "#N/A", "stage 'Lead' has no probability: fill it in Stages"),
    ],
)
def test_a_stage_with_an_impossible_or_no_probability_is_named(excel, cell, error, why):
    stages = (STAGES[0], ("Lead", 1.0, cell), STAGES[2])
    told, sentence = forecast_refused(excel, "Lead", stages)
    assert told == error
    assert sentence.startswith(why)


def test_a_stage_that_is_not_in_stages_gets_its_near_miss(excel):
    assert forecast_refused(excel, "Negociation") == (
        "#N/A",
        "stage 'Negociation' is not in Stages; did you mean 'Negotiation'?",
    )


# ── 45 and 46 spellings ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "stage", ["Negotiation", "negotiation", " NEGOTIATION", "Negotiation\u00a0", "Negotiation\t"]
)
def test_case_and_outer_spaces_of_a_stage_do_not_matter(excel, stage):
    model = excel.model(deals({}, stage=stage, status="open"), as_of=45001.0, stages=STAGES)
    header, row = excel.rows("CRM_FORECAST", model, "owner", "", "", "", "configured")
    assert dict(zip(header, row, strict=True))["weighted"] == pytest.approx(60.0, rel=1e-15)


@pytest.mark.parametrize("status", ["Won ", "WON", "won\u00a0", "Closed Won", "Gewonnen", "gagné"])
def test_case_spaces_and_language_of_a_status_do_not_matter(excel, status):
    assert excel.one("won_deals", column("Status", status)) == 1.0


def test_an_unknown_status_is_refused_with_its_near_miss(excel):
    assert excel.kpi_refusal("won_deals", column("Status", "won", "wonn")) == (
        "#N/A",
        "deals, row 3: status 'wonn' is none of open, won, lost, on hold; did you mean 'won'?",
    )


def test_a_condition_on_an_unknown_name_gets_its_near_miss(excel):
    rows = column("Owner", "Anna", "Bob")
    assert excel.kpi_refusal("won_deals", rows, where="owner=Ana") == (
        "#N/A",
        "no owner 'Ana'; did you mean 'Anna'?",
    )


@pytest.mark.parametrize(
    ("spellings", "names"),
    [
        (("Jos\u00e9", "Jose\u0301", "JOS\u00c9"), 1),
        (("Stra\u00dfe", "STRASSE", "strasse"), 1),
        (("Istanbul", "ISTANBUL", "\u0130stanbul"), 1),
        (("\u0131stanbul", "istanbul"), 2),
        (("Jose", "Jos\u00e9"), 2),
        (("Ann  Lee", "Ann Lee", "ann\u00a0lee"), 1),
    ],
)
def test_spellings_are_folded_alike_in_every_locale(excel, spellings, names):
    assert len(excel.groups("won_deals", column("Owner", *spellings), "owner")) == names


@pytest.mark.parametrize("header", ["Owner", "Account id"])
def test_composed_and_decomposed_accents_are_one_name(excel, header):
    pair = [unicodedata.normalize(form, "Zoë Ångström") for form in ("NFC", "NFD")]
    groups = excel.groups("won_deals", column(header, *pair), header.lower().replace(" ", "_"))
    assert groups == {unicodedata.normalize("NFC", "Zoë Ångström"): 2.0}


def test_a_condition_finds_a_name_in_another_normal_form(excel):
    rows = column("Owner", unicodedata.normalize("NFD", "Zoë"))
    assert excel.one("won_deals", rows, where="owner=" + unicodedata.normalize("NFC", "ZOË")) == 1.0


# ── 47 characters of all kinds ──────────────────────────────────────────────────────────────

NAMES = ["👩\u200d💼 Ann", "שלום עולם", "a\u200db", "\U0001d4b3", "日本語", "x" * 200]


@pytest.mark.parametrize("name", NAMES)
def test_characters_of_all_kinds_round_trip_unchanged(excel, name):
    assert excel.groups("won_deals", column("Owner", name), "owner") == {name: 1.0}


@pytest.mark.parametrize("name", NAMES)
def test_characters_of_all_kinds_round_trip_through_a_workbook(name):
    formula = '=INDEX(CRM_KPI(Deals!A1:H2,"won_deals","owner"),2,1)'
    assert Book(formula, Deals=column("Owner", name)).value() == name


@pytest.mark.parametrize(("sign", "units"), [("x", 1), ("😀", 2)])
def test_a_text_is_cut_at_what_excel_counts_as_32767_characters(sign, units):
    fits = sign * (32_767 // units)
    ((kept,),) = leave(fits)
    ((cut,),) = leave(fits + sign)
    assert kept == fits
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767
    assert cut == sign * ((32_767 - 1) // units) + "…"


# ── 48 and 49 headers ───────────────────────────────────────────────────────────────────────


def with_header(old, new):
    header, *body = deals({})
    return (tuple(new if cell == old else cell for cell in header), *body)


def test_a_header_that_stands_twice_is_named_with_its_columns(excel):
    header, row = deals({})
    rows = ((*header, "Amount"), (*row, 5.0))
    told = ("#REF!", "header 'Amount' found in columns G and K")
    assert excel.table_refusal("deals", rows, column=3) == told


@pytest.mark.parametrize("renamed", ["amt", "Amont"])
def test_a_renamed_header_gets_its_near_miss(excel, renamed):
    told = ("#REF!", f"no header for 'amount'; did you mean '{renamed}'?")
    assert excel.table_refusal("deals", with_header("Amount", renamed)) == told


def test_a_missing_header_is_told_with_those_that_are_there(excel):
    error, sentence = excel.table_refusal("deals", with_header("Amount", "Foo"))
    assert error == "#REF!"
    assert (
        sentence
        == "no header for 'amount'; there are Deal id, Owner, Created, Stage, Foo and 3 more"
    )


def test_a_missing_header_of_a_workbook():
    book = Book('=CRM_TABLE("deals",Deals!A1:H2)', Deals=with_header("Amount", "Amont"))
    assert book.refusal() == ("#REF!", "no header for 'amount'; did you mean 'Amont'?")


def test_an_unknown_column_of_by_or_where_gets_its_near_miss(excel):
    told = ("#REF!", "no column 'ownr' in deals or what it leads to; did you mean 'owner'?")
    assert excel.kpi_refusal("won_deals", deals({}), by="ownr") == told
    assert excel.kpi_refusal("won_deals", deals({}), where="ownr=Ann") == told
