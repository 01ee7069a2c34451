"""What is worked out over columns is what queries/derive says it means, and what follows from the standards."""

from __future__ import annotations

import derivation
from designs import designs, knowledge
from hypothesis import HealthCheck, given, settings

from opticgraph.derive import derive
from opticgraph.design import Design


@given(designs())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_columns_hold_what_the_queries_mean(design: Design) -> None:
    judged = derive(design, knowledge())
    by_columns, by_queries = derivation.columns(design, judged), derivation.queries(design, judged, knowledge().graph)
    assert sorted(by_columns - by_queries) == []
    assert sorted(by_queries - by_columns) == []
