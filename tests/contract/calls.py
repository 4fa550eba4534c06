"""How each worksheet function is called on generated data; a new one needs an entry here."""

from dataclasses import dataclass, field
from itertools import count
from typing import ClassVar

from customers_given import customers
from given import SCORECARD, company, range_of

from xlcrm.cells import Origin, Range, canonical
from xlcrm.hosts.session import Place, Session


@dataclass(frozen=True)
class Call:
    """How a function is called.

    Attributes:
        arguments: What follows the model, or all arguments where there is none.
        reads: The tables it cannot do without, and those that its arguments lead to.
        blanks: Headings whose cells may be blank, since nothing is known there.
        takes: ``model``, ``range`` (of the first table), ``handles``, ``cell`` or ``nothing``.
        of: The generated tables that it is asked of: ``company`` or ``customers``.
    """

    arguments: tuple = ()
    reads: tuple = ()
    leads_to: tuple = ()
    blanks: frozenset = field(default_factory=frozenset)
    takes: str = "model"
    of: str = "company"


def _of_customers(*arguments, reads=("orders",), leads_to=(), blanks=()):
    return Call(arguments, reads, leads_to, frozenset(blanks), of="customers")


def _column(*cells):
    return tuple((cell,) for cell in cells)


_SHARES = frozenset({"share", "cumulative"})
_OVERRIDES = frozenset({"override_by", "override_why"})
_SERIES = frozenset({"actual", "forecast", "low", "high", "mean", "note"})
_GAPS_OF_DEALS = frozenset({"account_id", "owner", "stage", "amount", "expected_close", "due"})
_NOTES = frozenset({"note"})
_RANKS = frozenset({"rank"})
_NO_LIMIT = frozenset({"figure", "limit"})
_OF_SETS = frozenset({"of", "target", "attainment", "note"})
_OF_CYCLES = frozenset({"kpi", "note", "value", "previous", "change"})
_GAPS = frozenset(
    {"unit", "baseline", "actual", "target", "score", "trend", "burn", "owner", "one_gain"}
)
_UNSCORED = frozenset({"score", "trend", "level", "parent", "owner"})
_GAPS_OF_INITIATIVES = frozenset({"owner", "due", "budget", "spent", "progress", "expected"})
_GAPS_OF_LINKS = frozenset({"cause_trend", "effect_trend"})
_GAPS_OF_CLUSTERS = frozenset({"objective", "alike_to", "correlation"})

CALLS = {
    "CRM_TABLE": [Call(("deals",), ("deals",), takes="range")],
    "CRM_MODEL": [Call((46_096.0,), ("deals", "stages", "accounts"), takes="handles")],
    "CRM_CHECKS": [
        Call((), ("deals",), blanks=_NO_LIMIT),
        Call(("data",), ("orders",), ("accounts", "sellers", "products"), blanks=_NO_LIMIT),
        Call(("pipeline",), ("snapshots",), blanks=_NO_LIMIT),
        Call(("strategy",), ("activities",), blanks=_NO_LIMIT),
        Call(("strategy",), ("measures",), ("objectives", "initiatives", "orders", "accounts"),
             blanks=_NO_LIMIT),
    ],
    "CRM_KPI": [
        Call(("win_rate",), ("deals",)),
        Call(("expected_revenue", "segment, month"), ("deals", "stages"), ("accounts",)),
        Call(("revenue", "product", "owner=Ann", "2026"), ("orders",)),
    ],
    "CRM_ALERTS": [
        Call((), ("deals",), ("stages", "activities", "snapshots", "targets"),
             blanks=_GAPS_OF_DEALS),
    ],
    "CRM_KPI_SET": [
        Call(("retention",), (), ("orders", "complaints", "reminders"), blanks=_OF_SETS),
        Call(("revenue", "owner=Ann", "2026"), (), ("orders", "activities", "targets"),
             blanks=_OF_SETS),
    ],
    "CRM_CYCLE": [
        Call(("", "last 3 months"), (), ("orders", "deals", "accounts", "measures", "complaints"),
             blanks=_OF_CYCLES),
        Call(("account_id<>A3", "2026-Q1"), (),
             ("orders", "products", "surveys", "tickets", "complaints"), blanks=_OF_CYCLES),
    ],
    "CRM_COMPARE": [
        Call(("win_rate", "owner", "", "2026-03", "2026-02"), ("deals",), blanks=_RANKS),
        Call(("revenue", "", "", "2026", "2025"), ("orders",)),
        Call(("open_amount", "owner", "", "2026-02", "2026-01"), ("deals", "snapshots"),
             blanks=_RANKS),
        _of_customers("customers", "segment, product", "", "2025", "2024",
                      leads_to=("accounts",), blanks=_RANKS),
        _of_customers("opportunities_created", "customer_state, source", "", "2025",
                      reads=("deals",), leads_to=("orders",), blanks=_RANKS),
    ],
    "CRM_HISTOGRAM": [
        Call(("deals.amount",), ("deals",)),
        Call(("orders.quantity", "", "2026", 3.0, "quantile"), ("orders",)),
        Call(("surveys.score", "", "", 4.0), ("surveys",)),
        Call(("products.list_price", "", "", None, "log"), ("products",)),
    ],
    "CRM_FORECAST": [
        Call(("month",), ("deals", "stages"), blanks=_OVERRIDES),
        Call(
            ("manager", "product<>P3", "2026", "include", "deal"),
            ("deals", "stages"),
            ("sellers",),
            blanks=_OVERRIDES,
        ),
    ],
    "CRM_STAGE_RATES": [Call((), ("deals", "stages"))],
    "CRM_FORECAST_RANGE": [
        Call(("", "", "2026", 500.0), ("deals", "stages")),
        Call(("owner", "", "2026"), ("deals", "stages"), ("targets",)),
        Call(("", "", "", 500.0, 0.0, "include", "deals", "configured"), ("deals", "stages")),
    ],
    "CRM_SCENARIO": [Call(("", "2026"), ("deals", "stages"), ("targets",))],
    "CRM_FORECAST_ACCURACY": [
        Call((), ("deals", "snapshots", "stages")),
        Call(("owner",), ("deals", "snapshots", "stages")),
        Call(("stage, month", "segment<>Silver", "", "deal"), ("deals", "snapshots", "stages"),
             ("accounts",)),
    ],
    "CRM_FORECAST_SERIES": [
        Call((), ("orders",), blanks=_SERIES),
        Call(
            ("opportunities_created", "", "last 5 months", 3.0, "interpolate", "", "theta"),
            ("deals",),
            blanks=_SERIES,
        ),
        Call(("orders", "", "", 3.0, "", "errors"), ("orders",)),
    ],
    "CRM_TREND": [
        Call((), ("orders",)),
        Call(("opportunities_created", "", "", "plain"), ("deals",)),
    ],
    "CRM_LANDING": [
        Call((), ("orders",), ("targets", "seasonality")),
        Call(("won_amount", "", "this year", 900.0, "pipeline"), ("deals", "stages")),
        Call(("orders", "owner=Ann", "", None, "series"), ("orders",)),
    ],
    "CRM_PIPELINE": [
        Call((), ("deals", "stages")),
        Call(("owner", "", "2026"), ("deals", "stages"), ("targets",)),
        Call(("stage", "", "", "include", "direct"), ("deals", "stages", "snapshots")),
    ],
    "CRM_WATERFALL": [
        Call((), ("snapshots",), ("deals",)),
        Call(("owner", "", "2026-Q1"), ("snapshots",), ("deals",)),
        Call(("", "", "", None, None, "steps"), ("snapshots",), ("deals",)),
    ],
    "CRM_SLIPPAGE": [
        Call((), ("snapshots",), ("deals",)),
        Call(("", "", "", 20.0, "deals"), ("snapshots",), ("deals",)),
    ],
    "CRM_ATTENTION": [
        Call((), ("deals",), ("stages", "activities", "snapshots"), blanks=_GAPS_OF_DEALS),
        Call(("owner",), ("deals",), ("stages", "activities", "snapshots")),
        Call(("", "", "2026", "pushed", 5.0), ("deals", "snapshots"), blanks=_GAPS_OF_DEALS),
    ],
    "CRM_LOST_REASONS": [
        Call((), ("deals",), ("activities",)),
        Call(("owner", "", "2026", "won"), ("deals",), ("activities",)),
    ],
    "CRM_EXTREME_DEALS": [Call((), ("deals",), ("orders", "products"), blanks=_GAPS_OF_DEALS)],
    "CRM_CONVERSION": [
        Call((), ("deals",), blanks=_NOTES),
        Call(("owner, product", "", "2026", "amount", "cohort"), ("deals",), blanks=_NOTES),
        Call(("manager, month", "", "", "", "aged"), ("deals",), ("sellers",), blanks=_NOTES),
        Call(("", "", "", "deals", "curve"), ("deals",)),
    ],
    "CRM_SCORE": [
        Call((87.5, 95.0, 80.0), takes="nothing"),
        Call((_column(1.0, None), _column(4.0, 4.0), _column(2.0, 2.0)), takes="nothing"),
    ],
    "CRM_SCORECARD": [
        Call((), ("measures", "objectives"), blanks=_GAPS),
        Call(("owner=Ann", "2026-Q1", 6.0, "progress"), ("measures",),
             ("objectives", "perspectives", "actuals", "initiatives"), blanks=_GAPS),
    ],
    "CRM_PERSPECTIVES": [
        Call((), ("measures", "objectives"), ("perspectives",), blanks=_UNSCORED),
    ],
    "CRM_GOALS": [
        Call((), ("measures", "objectives"), blanks=_UNSCORED),
        Call(("", "initiatives", "zero"), ("measures", "objectives"),
             ("perspectives", "initiatives"), blanks=_UNSCORED),
    ],
    "CRM_INITIATIVES": [
        Call((), ("initiatives", "measures", "objectives"), blanks=_GAPS_OF_INITIATIVES),
    ],
    "CRM_STRATEGY_MAP": [
        Call((), ("measures", "objectives", "links"), ("actuals",), blanks=_GAPS_OF_LINKS),
        Call(("objectives",), ("measures", "objectives", "links")),
    ],
    "CRM_SENSITIVITY": [Call((), ("measures", "objectives"), blanks=_GAPS)],
    "CRM_KPI_REDUNDANCY": [
        Call((0.8,), ("measures", "objectives"), ("actuals",), blanks=_GAPS_OF_CLUSTERS),
    ],
    "CRM_CROSS_SELL": [
        _of_customers("product", "", "", 0.02, 0.05),
        _of_customers("category", "", "2025", 0.02, 0.05, 1.0, "rules", None, "orders",
                      leads_to=("products",)),
        _of_customers("product", "", "2025", 0.02, 0.05, 2.0, "accounts", 5.0, "customers",
                      leads_to=("accounts",), blanks=("owner",)),
    ],
    "CRM_NEXT_BEST": [
        _of_customers("product", "", "", 2.0, leads_to=("accounts",), blanks=("owner",)),
    ],
    "CRM_PROFILE": [_of_customers(reads=("accounts", "orders"))],
    "CRM_LOOKALIKES": [
        _of_customers(reads=("accounts", "orders"), blanks=("owner", "agrees_in", "differs_in")),
    ],
    "CRM_KEY_ACCOUNTS": [
        Call((), ("orders",), blanks=_SHARES),
        Call(("", "product=P1", "", 0.5, 2.0), ("orders",), blanks=_SHARES),
        _of_customers("type", "", "", None, 3.0, "projected", leads_to=("accounts",),
                      blanks=_SHARES),
    ],
    "CRM_RFM": [
        _of_customers(),
        _of_customers("rfm_segment, type", "", "", "jenks", leads_to=("accounts", "segment_rules")),
    ],
    "CRM_CLV": [
        _of_customers(),
        _of_customers("segment", "", "", 6.0, 0.4, 0.08, "customers",
                      "pareto_nbd", leads_to=("accounts",)),
        _of_customers("", "", "", None, None, None, "model"),
    ],
    "CRM_CUSTOMER_PROFIT": [
        _of_customers(leads_to=("activities", "sellers", "timesheets")),
        _of_customers("segment", "", "2025", 2.0, leads_to=("accounts", "activities")),
    ],
    "CRM_DORMANT": [
        _of_customers(leads_to=("accounts", "activities"), blanks=("owner", "last_touch")),
    ],
    "CRM_PRICE": [_of_customers("product", leads_to=("products",))],
    "CRM_PRICE_VOLUME_MIX": [
        Call(("product", "", "2026-Q1", "2025"), ("orders",), blanks=_NOTES),
    ],
    "CRM_NEEDS": [
        _of_customers(reads=("surveys",), leads_to=("accounts",)),
        _of_customers("segment", "", "", "elasticity", leads_to=("accounts",)),
    ],
    "CRM_CHURN": [
        _of_customers("", "", "2025", None, None, "orders"),
        _of_customers("segment", "", "2025", None, None, "contract",
                      reads=("accounts",), leads_to=("orders",)),
        _of_customers("", "", "2025", 90.0, 1.5, "orders", "all"),
    ],
    "CRM_SURVIVAL": [
        _of_customers("", "", None, "orders"),
        _of_customers("segment", "", 300.0, "contract", "means", reads=("accounts",)),
    ],
    "CRM_COHORTS": [
        _of_customers(blanks=map(str, range(37))),
        _of_customers("year, segment", "", "", 3.0, "cumulative_revenue", leads_to=("accounts",),
                      blanks=map(str, range(37))),
    ],
    "CRM_SEGMENTS": [
        Call(("segment",), (), ("orders", "accounts", "deals")),
        Call(("product",), ("deals",)),
        _of_customers("segment", "", "2025", None, "new", "economics", reads=(),
                      leads_to=("orders", "accounts", "deals", "activities", "sellers", "spend")),
    ],
    "CRM_BASKET": [_of_customers("type", leads_to=("accounts",), blanks=("highest", "lowest"))],
    "CRM_BRIDGE": [
        _of_customers("", "", "2025", "2024"),
        _of_customers("segment", "", "2025", "", "steps", leads_to=("accounts",)),
    ],
    "CRM_TERRITORY": [
        _of_customers("region", reads=("accounts",), leads_to=("orders", "regions", "activities")),
        _of_customers("region", "", "", "accounts", reads=("accounts",),
                      leads_to=("orders", "cities"), blanks=("owner", "note")),
    ],
    "CRM_EXPLAIN": [
        Call((), ("deals",), takes="cell"),
        Call((True,), ("deals",), takes="cell", blanks=frozenset({"owner", "status"})),
    ],
    "CRM_ERROR": [Call((), ("deals",), takes="cell")],
    "CRM_FUNCTIONS": [Call((), takes="nothing"), Call(("Forecast",), takes="nothing")],
    "CRM_VERSION": [Call((), takes="nothing")],
}  # fmt: skip

EVERY_CALL = [(name, number) for name, calls in CALLS.items() for number in range(len(calls))]


def tables(rows=40, of="company"):
    return customers(max(rows, 240)) if of == "customers" else {**company(rows), **SCORECARD}


class Book:
    """A session with generated tables in it, of which some may be given otherwise."""

    session = Session()  # one for all: a table that comes back is typed already
    numbers = count()
    handed: ClassVar = {}  # tables as they are given, with their ranges and handles

    def __init__(self, given, **changed):
        self.ranges, self.handles = map(dict, self.as_given(given))
        for kind, rows in changed.items():
            self.ranges[kind] = Range(canonical(rows), Origin(name=kind.capitalize()))
            self.handles[kind] = self.handle(kind, self.ranges[kind])

    @classmethod
    def as_given(cls, given):
        """Ranges and handles of tables, made once for all books that are given the same."""
        if id(given) not in cls.handed:
            ranges = {kind: range_of(columns, kind.capitalize()) for kind, columns in given.items()}
            handles = {kind: cls.handle(kind, cells) for kind, cells in ranges.items()}
            cls.handed[id(given)] = given, ranges, handles  # which holds on to the id, too
        return cls.handed[id(given)][1:]

    @classmethod
    def handle(cls, kind, cells):
        return tuple(cls.session.call("CRM_TABLE", [kind, cells])[0])

    def ask(self, name, call):
        """The answer of a call, with what CRM_ERROR says of it."""
        place = Place("Book", "Sheet", f"B{next(self.numbers)}")
        rows = self.session.call(name, self.arguments(call), at=place)
        return rows, self.session.call("CRM_ERROR", [place])[0][0]

    def arguments(self, call):
        kinds = (*call.reads, *call.leads_to)
        if call.takes == "nothing":
            return list(call.arguments)
        if call.takes == "range":
            return [*call.arguments, self.ranges[kinds[0]]]
        handles = tuple(self.handles[kind] for kind in kinds)
        if call.takes == "handles":
            return [handles, *call.arguments]
        model = self.session.call("CRM_MODEL", [handles, 46_096.0])[0][0]
        if call.takes == "cell":
            asked = Place("Book", "Sheet", "A1")
            self.session.call("CRM_KPI", [model, "win_rate", "owner"], at=asked)
            return [asked, *call.arguments]
        return [model, *call.arguments]
