"""The sample's strategy: goals in four perspectives, from the company's down to a seller's task."""

from __future__ import annotations

FINANCE, CUSTOMERS = "Finance", "Customers"
PROCESSES, LEARNING = "Processes", "Learning and growth"
KELLER, NOVAK, ROSSI = "Maria Keller", "Paul Novak", "Sofia Rossi"

PERSPECTIVES: tuple[tuple[str, float, float], ...] = (
    (FINANCE, 1.0, 40.0),
    (CUSTOMERS, 2.0, 20.0),
    (PROCESSES, 3.0, 20.0),
    (LEARNING, 4.0, 20.0),
)
"""Perspective, place, weight."""

Objective = tuple[str, str, str, str | None, str, float, str]
"""Id, objective, perspective, parent in the same perspective, level, weight, owner."""

OBJECTIVES: tuple[Objective, ...] = (
    ("F1", "Grow profitably", FINANCE, None, "strategic", 1.0, KELLER),
    ("F2", "Grow revenue with Gold accounts", FINANCE, "F1", "tactical", 2.0, KELLER),
    ("F3", "Protect the margin", FINANCE, "F1", "tactical", 1.0, NOVAK),
    ("F4", "Berg: bring what the plan asks", FINANCE, "F2", "operational", 1.0, "Berg"),
    ("F5", "Bianchi: fill the months between large deals", FINANCE, "F2", "operational", 1.0,
     "Bianchi"),
    ("C1", "Be the first choice in building automation", CUSTOMERS, None, "strategic", 1.0, ROSSI),
    ("C2", "Keep and deepen Gold accounts", CUSTOMERS, "C1", "tactical", 2.0, ROSSI),
    ("C3", "Win new customers", CUSTOMERS, "C1", "tactical", 1.0, KELLER),
    ("C4", "Be recommended by customers", CUSTOMERS, "C1", "tactical", 1.0, ROSSI),
    ("P1", "Sell by one disciplined method", PROCESSES, None, "strategic", 1.0, NOVAK),
    ("P2", "Shorten the sales cycle", PROCESSES, "P1", "tactical", 1.0, NOVAK),
    ("P3", "Forecast honestly", PROCESSES, "P1", "tactical", 1.0, NOVAK),
    ("P4", "Win more of what we offer", PROCESSES, "P1", "tactical", 1.0, NOVAK),
    ("P5", "Silva: qualify before quoting", PROCESSES, "P4", "operational", 0.5, "Silva"),
    ("P6", "Answer every request fast", PROCESSES, "P1", "tactical", 1.0, ROSSI),
    ("L1", "Build a team that learns", LEARNING, None, "strategic", 1.0, ROSSI),
    ("L2", "Train and certify sellers", LEARNING, "L1", "tactical", 2.0, ROSSI),
    ("L3", "Keep good people", LEARNING, "L1", "tactical", 1.0, KELLER),
)  # fmt: skip

LINKS: tuple[tuple[str, str, str], ...] = (
    ("L3", "L2", "Who stays teaches those who come."),
    ("L3", "C2", "Gold accounts stay with people whom they know."),
    ("L2", "P4", "Trained sellers leave offers alone that cannot be won."),
    ("L2", "P6", "Who knows the products and the method quotes at once."),
    ("P6", "C4", "A fast answer is what customers praise most."),
    ("P6", "P2", "A quote that is out sooner is decided sooner."),
    ("P2", "C3", "Short cycles leave time for new customers."),
    (
        "P3",
        "F3",
        "Who is not surprised by a quarter's end need not save it by discounts.",
    ),
    ("P4", "F2", "More wins of the same offers are more revenue."),
    ("C4", "C3", "New customers come because others recommend us."),
    ("C2", "F2", "Most revenue comes from Gold accounts."),
    ("C3", "F2", "Today's new customers are next year's Gold accounts."),
)
"""Cause, effect, and why the one is thought to drive the other."""
