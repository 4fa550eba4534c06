"""Headers as real exports have them, and what becomes of wrong ones."""

from __future__ import annotations

import csv
import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.errors import ExcelError, UnknownName, WrongValue
from xlcrm.model import aliases
from xlcrm.model.aliases import claims, header_key
from xlcrm.model.derived import DERIVABLE
from xlcrm.model.headers import find_header_row, match, recognise
from xlcrm.model.schema import KINDS

DATA = Path(__file__).parents[3] / "shared" / "data"
SOURCES = {
    file.stem: tomllib.loads(file.read_text("utf-8"))
    for file in sorted(Path(aliases.__file__).parent.glob("*.toml"))
}
LANGUAGES = ("de", "en", "es", "fr", "nl", "ru")
SAME_WORD = {"fr": {"region", "decision"}, "es": {"region", "decision"}}

# Header rows of exports as their users published them, and Pipedrive's own sample sheet.
PIPEDRIVE_SHEET = (
    "Deal - Title*,Deal - Value,Organization*,Contact person*,Deal - Owner,Deal - Stage (pipeline),"
    "Deal - Expected close date,Deal - Currency of value,Deal - Label,Deal - Creation date,"
    "Deal - Closed on,Deal - Lost reason,Deal - Lost time,Deal - Probability,"
    "Deal - Status (Open/Won/Lost),Deal - Won time,Deal - Visible to,Deal - Pipedrive System ID"
)
PIPEDRIVE_EXPORT = (
    "Deal - Title,Deal - Label,Deal - Stage,Organization - Won deals,Deal - Expected close date,"
    "Deal - Value,Deal - Deal created,Deal - Lost reason,Deal - Organization"
)
HUBSPOT_EXPORT = (
    "Record ID,Deal Name,Amount,Deal Stage,Close Date,Deal Owner,Company Name,Pipeline,Create Date"
)
HUBSPOT_VIEW = (
    "Record ID,Deal Name,Deal Stage,Amount,Deal owner,Close Date,Create Date,Last Activity Date"
)
SALESFORCE_REPORT = (
    "Territory Region,Opportunity Owner,Account Name,Opportunity Name,Stage,Forecast Category,"
    "Total Amount Currency,Total Amount,ARR to Renew Currency,ARR to Renew,Fiscal Period,"
    "Close Date,Opportunity Next Steps,Type"
)
SALESFORCE_API = (
    "Id,Name,AccountId,Amount,StageName,Probability,CloseDate,LeadSource,Type,IsWon,IsClosed,"
    "ForecastCategory,OwnerId"
)
OROCRM_TEMPLATE = (
    "ID,Opportunity Name,Expected Close Date,Probability,Budget Amount,Budget Amount Currency,"
    "Close Revenue,Close Revenue Currency,Status Id,Contact First Name,Contact Last Name"
)
EXPORTS = [
    PIPEDRIVE_SHEET,
    PIPEDRIVE_EXPORT,
    HUBSPOT_EXPORT,
    HUBSPOT_VIEW,
    SALESFORCE_REPORT,
    SALESFORCE_API,
    OROCRM_TEMPLATE,
]


def found(kind, headers, **options):
    """The header of each column found."""
    names = headers.split(",") if isinstance(headers, str) else headers
    options.setdefault("derivable", DERIVABLE.get(kind, frozenset()))
    return {column: names[at] for column, at in match(kind, names, **options).by_column.items()}


def refusal(kind, headers, **options):
    """The message with which headers are refused."""
    with pytest.raises(UnknownName) as caught:
        match(kind, headers, **options)
    assert caught.value.code is ExcelError.REF
    return caught.value.message


def real_headers(path):
    """The header row of a real file."""
    file = DATA / path
    if not file.exists():
        pytest.skip(f"the real data set {path} is not beside the project")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return next(csv.reader(lines))


# ── real exports ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("file", "kind", "expected"),
    [
        (
            "sales_pipeline",
            "deals",
            {
                "deal_id": "opportunity_id",
                "owner": "sales_agent",
                "product": "product",
                "account_id": "account",
                "stage": "deal_stage",
                "created": "engage_date",
                "expected_close": "close_date",
                "amount": "close_value",
            },
        ),
        (
            "accounts",
            "accounts",
            {
                "account_id": "account",
                "industry": "sector",
                "size": "employees",
            },
        ),
        (
            "products",
            "products",
            {"product": "product", "category": "series", "list_price": "sales_price"},
        ),
        (
            "sales_teams",
            "sellers",
            {"owner": "sales_agent", "manager": "manager", "region": "regional_office"},
        ),
    ],
)
def test_crm_sales_opportunities(file, kind, expected):
    headers = real_headers(f"crm_sales/{file}.csv")
    assert found(kind, headers) == expected
    assert recognise(headers)[0][0] == kind


def test_a_data_dictionary_is_no_table_of_ours():
    assert recognise(real_headers("crm_sales/data_dictionary.csv")) == []
    assert recognise(["Table", "Field", "Description"]) == []


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("hubspot_fivetran/deal_data", "deals"),
        ("hubspot_fivetran/company_data", "accounts"),
        ("hubspot_fivetran/contact_data", "contacts"),
        ("hubspot_fivetran/deal_pipeline_stage_data", "stages"),
        ("salesforce_fivetran/sf_opportunity_data", "deals"),
        ("salesforce_fivetran/sf_opportunity_history_data", "deals"),
        ("salesforce_fivetran/sf_account_data", "accounts"),
        ("salesforce_fivetran/sf_contact_data", "contacts"),
        ("salesforce_fivetran/sf_task_data", "activities"),
        ("salesforce_fivetran/sf_user_data", "sellers"),
    ],
)
def test_data_exports_of_hubspot_and_salesforce(file, kind):
    headers = real_headers(f"crm_exports/{file}.csv")
    assert recognise(headers)[0][0] == kind
    assert set(KINDS[kind].required) - DERIVABLE.get(kind, set()) <= found(kind, headers).keys()


def test_columns_of_the_hubspot_data_export():
    assert found("deals", real_headers("crm_exports/hubspot_fivetran/deal_data.csv")) == {
        "deal_id": "deal_id",
        "owner": "owner_id",
        "stage": "deal_pipeline_stage_id",
        "amount": "property_amount",
        "expected_close": "property_closedate",
        "created": "property_createdate",
    }


def test_columns_of_the_salesforce_data_export():
    answer = found("deals", real_headers("crm_exports/salesforce_fivetran/sf_opportunity_data.csv"))
    assert answer["deal_id"] == "id"
    assert answer["expected_close"] == "close_date"
    assert answer["stage"] == "stage_name"
    assert answer["source"] == "lead_source"
    accounts = real_headers("crm_exports/salesforce_fivetran/sf_account_data.csv")
    assert found("accounts", accounts)["account_id"] == "id"
    assert found("accounts", accounts)["name"] == "name"


@pytest.mark.parametrize("headers", EXPORTS)
def test_exports_are_recognised_as_deals(headers):
    (best, score), *others = recognise(headers.split(","))
    assert best == "deals"
    assert all(score > 1.2 * other for _, other in others)


def test_pipedrive():
    answer = found("deals", PIPEDRIVE_SHEET)
    assert answer == {
        "deal_id": "Deal - Pipedrive System ID",
        "account_id": "Organization*",
        "owner": "Deal - Owner",
        "created": "Deal - Creation date",
        "stage": "Deal - Stage (pipeline)",
        "amount": "Deal - Value",
        "currency": "Deal - Currency of value",
        "probability": "Deal - Probability",
        "expected_close": "Deal - Expected close date",
        "closed_on": "Deal - Closed on",
        "status": "Deal - Status (Open/Won/Lost)",
        "lost_reason": "Deal - Lost reason",
    }


def test_hubspot():
    for headers in (HUBSPOT_EXPORT, HUBSPOT_VIEW):
        answer = found("deals", headers)
        assert answer["deal_id"] == "Record ID"
        assert answer["expected_close"] == "Close Date"
        assert answer["owner"].casefold() == "deal owner"


def test_salesforce():
    report = found("deals", SALESFORCE_REPORT)
    assert report["deal_id"] == "Opportunity Name"
    assert report["account_id"] == "Account Name"
    assert report["currency"] == "Total Amount Currency"
    assert found("deals", SALESFORCE_API)["deal_id"] == "Id"


def test_a_title_is_the_id_only_where_there_is_no_id():
    base = ["Deal - Owner", "Deal - Stage", "Deal - Value", "Deal - Title"]
    assert found("deals", base)["deal_id"] == "Deal - Title"
    assert found("deals", [*base, "Deal - ID"])["deal_id"] == "Deal - ID"


def test_a_closing_date_is_the_expected_one_unless_another_is():
    base = ["deal_id", "owner", "stage", "amount", "Close Date"]
    assert "closed_on" not in found("deals", base)
    both = found("deals", [*base, "Expected Close Date"])
    assert both["expected_close"] == "Expected Close Date"
    assert both["closed_on"] == "Close Date"


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("deals", "Verkaufschance,Firma,Verkäufer,Erstellt am,Phase,Betrag,Erwarteter Abschluss"),
        ("deals", "Verkoopkans,Klant,Verkoper,Aangemaakt op,Fase,Bedrag,Verwachte sluitingsdatum"),
        ("deals", "Opportunité,Société,Vendeur,Créée le,Étape,Montant,Date de clôture prévue"),
        ("deals", "Oportunidad,Empresa,Comercial,Creado el,Etapa,Importe,Fecha de cierre prevista"),
        ("deals", "Сделка,Компания,Продавец,Дата создания,Этап,Сумма,Ожидаемая дата закрытия"),
        ("orders", "Auftragsnummer,Kunde,Auftragsdatum,Umsatz,Menge"),
        ("orders", "Ordernummer,Klant,Orderdatum,Omzet,Aantal"),
        ("orders", "N° commande,Client,Date de commande,Montant HT,Quantité"),
        ("orders", "Número de pedido,Cliente,Fecha de pedido,Importe,Cantidad"),
        ("orders", "Номер заказа,Клиент,Дата заказа,Сумма,Количество"),
        ("settings", "name,value"),
        ("settings", "Instelling,Waarde"),
        ("aliases", "column,found,means"),
        ("stages", "stage,order,probability"),
        ("seasonality", "Monat,Gewicht"),
        ("surveys", "Дата,Клиент,Оценка,Комментарий"),
    ],
)
def test_languages(kind, headers):
    assert recognise(headers.split(","))[0][0] == kind
    assert None not in match(kind, headers.split(","), derivable=DERIVABLE["deals"]).columns


# ── what never matters ──────────────────────────────────────────────────────────────────────

WRITTEN = [
    (kind, column, header.strip())
    for kinds in SOURCES.values()
    for kind, columns in kinds.items()
    for column, headers in columns.items()
    for header in headers.split(",")
]
CASES = st.sampled_from([str.upper, str.lower, str.title, str.casefold, str.swapcase])
FORMS = st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"])
SIGNS = st.text(" _-.:*()/\u00a0\u200b'", max_size=3)


@given(st.sampled_from(WRITTEN), CASES, FORMS, SIGNS, SIGNS)
def test_case_accents_and_punctuation_never_matter(written, case, form, before, between):
    _, _, header = written
    spelt = before + unicodedata.normalize(form, case(header)).replace(" ", between)
    assert header_key(spelt) == header_key(header)
    bare = "".join(c for c in unicodedata.normalize("NFD", header) if not unicodedata.combining(c))
    assert header_key(bare) == header_key(header)


@given(st.text(max_size=20))
def test_a_key_is_its_own_key(text):
    assert header_key(header_key(text)) == header_key(text)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Straße", "STRASSE"),
        ("F\u0131rsat", "FIRSAT"),
        ("İLÇE", "ilçe"),
        ("Œuvre", "oeuvre"),
        ("Сделка", "СДЕЛКА"),
        ("№ сделки", "No сделки"),
        ("\ufeffDeal", "deal"),
    ],
)
def test_letters_of_one_kind(first, second):
    assert header_key(first) == header_key(second)


def test_signs_alone_are_a_header_too():
    assert header_key(" % ") == "%"
    assert header_key(" \u00a0") == ""
    assert header_key("сделка") != header_key("заказ")


@given(st.sampled_from(EXPORTS[:1] + EXPORTS[2:6]), st.randoms(use_true_random=False))
def test_the_order_of_columns_never_matters(headers, random):
    shuffled = headers.split(",")
    random.shuffle(shuffled)
    insisted = DERIVABLE["deals"] | {"owner"}
    assert found("deals", shuffled, derivable=insisted) == found(
        "deals", headers, derivable=insisted
    )


@given(st.lists(st.sampled_from(sorted({header for _, _, header in WRITTEN})), max_size=12))
def test_scores_of_any_headers_are_parts_of_one(headers):
    assert all(0 < score <= 1 for _, score in recognise(headers))


@given(st.lists(st.sampled_from(sorted({header for _, _, header in WRITTEN})), max_size=12))
def test_a_refusal_of_any_headers_fits_a_cell(headers):
    assert len(refusal("deals", [*headers, "Amount", "amount"])) <= 255


# ── own headers, own aliases ────────────────────────────────────────────────────────────────


def test_aliased_and_unknown_headers_stay_reachable():
    matched = match("accounts", ["account", "sector", "Subsidiary of"])
    assert matched.columns == ("account_id", "industry", None)
    assert matched.own == {"account": 0, "sector": 1, "subsidiaryof": 2}
    assert matched.position("industry") == matched.position("Sector") == 1
    assert matched.position("subsidiary_of") == 2


def test_an_exact_name_beats_an_alias_which_stays_reachable():
    matched = match("sellers", ["Sales Agent", "Owner"])
    assert matched.by_column == {"owner": 1}
    assert matched.columns == (None, "owner")
    assert matched.position("sales agent") == 0


def test_a_name_is_the_id_where_there_is_no_id():
    matched = match("accounts", ["Name", "Type"])
    assert matched.columns == ("account_id", "type")
    assert matched.by_column == {"account_id": 0, "name": 0, "type": 1}
    assert found("accounts", ["Name", "Account ID"]) == {"account_id": "Account ID", "name": "Name"}
    assert found("accounts", ["Account Name", "Account ID"])["name"] == "Account Name"


def test_what_the_workbook_declares_beats_the_lists():
    headers = ["Product Name", "Bezeichner"]
    assert found("products", headers) == {"product": "Product Name"}
    own = [("bezeichner", "product"), ("bezeichner", "no column of products")]
    assert found("products", headers, extra_aliases=own) == {"product": "Bezeichner"}


def test_where_lists_disagree_the_one_that_knows_most_headers_decides():
    french = "Affaire,Nom du client,Vendeur,Étape,Statut,Montant,Montant HT"
    koban = "N° Opportunité,Code tiers,Vendeur,Étape commerciale,Statut,Montant,Montant HT"
    assert found("deals", french)["amount"] == "Montant"
    assert found("deals", koban)["amount"] == "Montant HT"


def test_a_header_that_is_given_two_meanings_is_refused():
    own = [("Wert", "amount"), ("wert", "override")]
    assert refusal("deals", ["Wert"], extra_aliases=own) == (
        "header 'wert' is given two meanings, 'amount' and 'override'; "
        "leave one of them in the aliases"
    )


def test_numbers_errors_and_blanks_may_head_a_column():
    matched = match("products", ["product", 2026.0, ExcelError.NA, None])
    assert matched.headers == ("product", "2026", "#N/A", "")
    assert matched.position("2026") == 1
    assert matched.columns[3] is None
    assert len(matched.own) == 2


def test_an_unknown_name_names_near_misses():
    with pytest.raises(UnknownName) as caught:
        match("products", ["product", "Warranty"]).position("waranty")
    assert caught.value.message == "products has no column 'waranty'; did you mean 'Warranty'?"


# ── wrong headers ───────────────────────────────────────────────────────────────────────────


def test_a_duplicate_header_names_its_columns():
    headers = ["deal_id", "owner", "Amount", "stage", "created", "amount "]
    assert refusal("deals", headers) == "header 'Amount' found in columns C and F"
    assert (
        refusal("deals", headers, first_column=25) == "header 'Amount' found in columns AA and AD"
    )
    thrice = ["Product Name", "product name", "Product-Name"]
    assert refusal("products", thrice) == "header 'Product Name' found in columns A, B and C"


def test_a_duplicate_header_that_means_nothing_is_refused_when_asked_for():
    matched = match("products", ["product", "Note", "Note"])
    assert matched.repeated == {"note": (1, 2)}
    with pytest.raises(UnknownName, match="header 'Note' found in columns B and C"):
        matched.position("note")


def test_a_duplicate_alias_is_no_matter_beside_the_exact_name():
    assert found("products", ["Product Name", "product", "Product Name"]) == {"product": "product"}


def test_two_headers_that_no_list_ranks_are_refused():
    assert refusal("sellers", ["Verkäufer", "Vendeur"]) == (
        "several headers may be 'owner': 'Verkäufer' (A), 'Vendeur' (B); "
        "rename the right one 'owner'"
    )


def test_a_missing_header_names_a_near_miss():
    headers = ["deal_id", "owner", "created", "stage", "expected_close", "status", "amt"]
    assert refusal("deals", headers) == "no header for 'amount'; did you mean 'amt'?"


def test_a_misspelt_alias_is_a_near_miss_too():
    assert refusal("sellers", ["Sales Agnet", "manager"]) == (
        "no header for 'owner'; did you mean 'Sales Agnet'?"
    )


def test_a_header_of_another_column_is_no_near_miss():
    headers = ["Opportunity ID", "Opportunity Name", "created", "stage", "amount"]
    assert refusal("deals", headers, derivable=DERIVABLE["deals"]).startswith(
        "no header for 'owner'; there are Opportunity ID, Opportunity Name"
    )


def test_several_missing_headers_are_named_together():
    headers = ["deal_id", "created", "stage", "expected_close", "status", "amt"]
    assert refusal("deals", headers) == (
        "no header for 'owner', 'amount'; did you mean 'amt' for 'amount'?"
    )


def test_without_a_near_miss_five_headers_are_listed():
    assert refusal("sellers", ["q1", "q2", "q3", "q4", "q5", "q6"]) == (
        "no header for 'owner'; there are q1, q2, q3, q4, q5 and 1 more"
    )
    assert refusal("sellers", ["", None]) == "no header for 'owner'; the header row is blank"


def test_merged_header_cells_are_pointed_out():
    headers = ["deal_id", "Who and where", "", "created", "amount", "expected_close", "status"]
    assert refusal("deals", headers, first_column=2) == (
        "no header for 'owner', 'stage'; merged cells in header? D, right of 'Who and where', "
        "is blank; there are deal_id, Who and where, created, amount, expected_close and 1 more"
    )


def test_columns_that_can_be_derived_may_be_missing():
    headers = ["deal_id", "owner", "created", "stage", "amount", "expected_close"]
    assert refusal("deals", headers).startswith("no header for 'status'; there are deal_id")
    assert match("deals", headers, derivable=frozenset({"status"})).by_column["amount"] == 4


def test_an_unknown_kind_is_refused():
    with pytest.raises(WrongValue, match="did you mean 'orders'"):
        match("order", ["a"])


# ── recognising ─────────────────────────────────────────────────────────────────────────────


def test_nothing_is_recognised_in_strange_headers():
    for headers in ([], [""], ["foo"], ["foo", "bar"], ["Owner"], [1.0, 2.0, 3.0]):
        assert recognise(headers) == []


def test_the_score_falls_with_the_square_of_the_required_columns_there():
    assert recognise(["order_id", "account_id"])[0] == ("orders", pytest.approx((2 / 4) ** 2))


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_recognised_by_its_own_columns(kind):
    # A meeting has the columns of an activity; the commoner kind is declared first.
    best = "activities" if kind == "meetings" else kind
    assert recognise(KINDS[kind].names)[0] == (best, pytest.approx(1))


def test_the_header_row_below_titles_is_found():
    rows = [
        ["Pipeline 2026"],
        [],
        ["as of", 46023.0],
        ["Deal ID", "Owner", "Stage", "Amount", "Expected close"],
        ["D-1", "Ann", "Proposal", 100.0, 46030.0],
    ]
    assert find_header_row(rows) == find_header_row(rows, "deals") == 3
    assert find_header_row(rows[3:]) == 0
    assert find_header_row(rows, within=3) is None
    assert find_header_row([]) is None


def test_the_upper_one_of_two_header_rows_is_taken():
    rows = [["", ""], ["Setting", "Value"], ["Setting", "Value"]]
    assert find_header_row(rows, "settings") == 1


# ── the lists ───────────────────────────────────────────────────────────────────────────────


def test_there_are_six_languages_and_ten_exports():
    assert len(SOURCES) == 16
    assert set(LANGUAGES) < set(SOURCES)


@pytest.mark.parametrize("source", SOURCES)
def test_a_list_names_known_columns_and_no_header_twice(source):
    for kind, columns in SOURCES[source].items():
        for column, headers in columns.items():
            keys = [header_key(header) for header in headers.split(",")]
            assert KINDS[kind].column(column)
            assert all(key.isalnum() for key in keys), (kind, column)
            assert len(set(keys)) == len(keys), (kind, column)
            assert header_key(column) not in keys, (kind, column)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_knows_every_required_column(language):
    for kind in KINDS.values():
        known = SOURCES[language][kind.name].keys() | SAME_WORD.get(language, set())
        assert not [column for column in kind.required if column not in known], kind.name


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_with_two_meanings_has_both_in_one_list(kind):
    for key, columns in claims(kind).items():
        sources = [set(places) for places in columns.values()]
        assert len(columns) == 1 or set.intersection(*sources), (key, columns)


@pytest.mark.parametrize("kind", KINDS)
def test_sections_hold_what_the_whole_files_hold(kind):
    whole = {
        (source, column, header_key(header), place)
        for source, kinds in SOURCES.items()
        for column, headers in kinds.get(kind, {}).items()
        for place, header in enumerate(headers.split(","))
    }
    parts = {
        (source, column, key, place)
        for key, columns in claims(kind).items()
        for column, places in columns.items()
        for source, place in places.items()
    }
    assert parts == whole
