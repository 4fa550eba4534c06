"""What the sample company calls its customers by recency, frequency and money."""

from __future__ import annotations

from collections.abc import Iterator

from xlcrm.analytics.customers.rfm_segments import DEFAULT_RULES

Rule = tuple[str, float, float, float, float, float, float]
"""Segment; lowest and highest score of recency, frequency and money."""


def segment_rules() -> Iterator[Rule]:
    """Give the segments that hold where a company has no Table of its own, to be changed there.

    Yields:
        The rules, in their order.
    """
    for rule in DEFAULT_RULES:
        (r_from, r_to), (f_from, f_to), (m_from, m_to) = (
            tuple(map(float, span)) for span in (rule.r, rule.f, rule.m)
        )
        yield rule.segment, r_from, r_to, f_from, f_to, m_from, m_to
