# ruff: noqa: E501 - a case a line reads as a table
"""Queries as applications write them, over the same five orders."""

import pytest

from tests.unit.cosmos_sql.running import ORDERS, run

ANN = {"customer": "ann"}


@pytest.mark.parametrize(
    ("text", "results"),
    [
        ("SELECT * FROM c WHERE c.id = 'o2'", [ORDERS[1]]),
        ("SELECT * FROM root r WHERE r.id = 'o2'", [ORDERS[1]]),
        ("SELECT c FROM c WHERE c.id = 'o2'", [{"c": ORDERS[1]}]),
        ("SELECT c.id, c.to.city FROM c WHERE IS_DEFINED(c.to)", [{"id": "o3", "city": "Oslo"}, {"id": "o5", "city": "Rome"}]),
        ("SELECT c.id AS key, c.total total FROM c WHERE c.total < 100", [{"key": "o4", "total": 75}]),
        ("SELECT c.total * 2, c.id, 'x' FROM c WHERE c.id = 'o4'", [{"$1": 150, "id": "o4", "$2": "x"}]),
        ("SELECT VALUE c.id FROM c", ["o1", "o2", "o3", "o4", "o5"]),
        ("SELECT VALUE {'who': c.customer, 'n': [c.total, c.gone]} FROM c WHERE c.id = 'o1'", [{"who": "ann", "n": [1250]}]),
        ("SELECT DISTINCT VALUE c.customer FROM c", ["ann", "bob", "cid"]),
        ("SELECT DISTINCT c.customer, c.status FROM c WHERE c.customer = 'bob'", [{"customer": "bob", "status": "open"}, {"customer": "bob", "status": "paid"}]),
        ("SELECT TOP 2 VALUE c.id FROM c", ["o1", "o2"]),
        ("SELECT TOP 2 VALUE c.id FROM c ORDER BY c.id DESC", ["o5", "o4"]),
        ("SELECT VALUE c.id FROM c ORDER BY c.total", ["o4", "o2", "o3", "o1", "o5"]),
        ("SELECT VALUE c.id FROM c OFFSET 1 LIMIT 2", ["o2", "o3"]),
        ("SELECT VALUE c.id FROM c ORDER BY c.status DESC, c.total ASC OFFSET 1 LIMIT 3", ["o1", "o5", "o2"]),
        ("SELECT VALUE c.id FROM c WHERE c.status IN ('paid', 'sent') AND c.total >= 75", ["o1", "o4"]),
        ("SELECT VALUE c.id FROM c WHERE c.status NOT IN ('paid', 'sent')", ["o2", "o3"]),
        ("SELECT VALUE c.id FROM c WHERE c.total BETWEEN 300 AND 1000", ["o2", "o3"]),
        ("SELECT VALUE c.id FROM c WHERE c.customer LIKE 'a%' OR c.customer LIKE '_id'", ["o1", "o3", "o4"]),
        ("SELECT VALUE c.id FROM c WHERE c.customer NOT LIKE '%[no]%'", ["o4"]),
        ("SELECT VALUE 'a%b' LIKE 'a!%b' ESCAPE '!'", [True]),
        ("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, 'gift')", ["o1", "o3"]),
        ("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.lines, {'sku': 'b'}, true)", ["o4"]),
        ("SELECT VALUE c.id FROM c WHERE STARTSWITH(c.paidAt, '2026-01') AND NOT ENDSWITH(c.id, '9')", ["o1"]),
        ("SELECT VALUE c.id FROM c WHERE c.note = null", ["o2"]),
        ("SELECT VALUE c.id FROM c WHERE (c.to.city ?? 'none') != 'none'", ["o3", "o5"]),
        ("SELECT VALUE c.total > 500 ? 'big' : 'small' FROM c WHERE c.customer = 'ann'", ["big", "big"]),
        ("SELECT VALUE IIF(IS_STRING(c.total), 0, c.total) FROM c WHERE c.customer = 'bob'", [300, 0]),
        ("SELECT VALUE COUNT(1) FROM c WHERE c.status = 'open'", [2]),
        ("SELECT COUNT(1) AS n, MAX(c.total) AS most FROM c WHERE IS_NUMBER(c.total)", [{"n": 4, "most": 1250}]),
        ("SELECT VALUE COUNT(1) + 1 FROM c", [6]),
        ("SELECT c.customer, COUNT(1) AS n FROM c GROUP BY c.customer", [{"customer": "ann", "n": 2}, {"customer": "bob", "n": 2}, {"customer": "cid", "n": 1}]),
        ("SELECT UPPER(c.status) AS s, SUM(c.total) AS t FROM c WHERE IS_NUMBER(c.total) GROUP BY c.status", [{"s": "PAID", "t": 1250}, {"s": "OPEN", "t": 1290.5}, {"s": "SENT", "t": 75}]),
        ("SELECT VALUE c.to.city FROM c GROUP BY c.to.city", ["Oslo", "Rome"]),
        ("SELECT VALUE l.sku FROM c JOIN l IN c.lines WHERE l.n > 1", ["a"]),
        ("SELECT c.id, t FROM c JOIN t IN c.tags WHERE t = 'gift'", [{"id": "o1", "t": "gift"}, {"id": "o3", "t": "gift"}]),
        ("SELECT VALUE l FROM l IN c.lines", [{"sku": "a", "n": 2}, {"sku": "b", "n": 1}]),
        ("SELECT * FROM c.to", [{"city": "Oslo"}, {"city": "Rome", "zip": 10}]),
        ("SELECT VALUE c.id FROM c WHERE EXISTS(SELECT VALUE l FROM l IN c.lines WHERE l.n = 1)", ["o4"]),
        ("SELECT VALUE ARRAY(SELECT VALUE l.sku FROM l IN c.lines) FROM c WHERE c.id = 'o4'", [["a", "b"]]),
        ("SELECT VALUE (SELECT VALUE SUM(l.n) FROM l IN c.lines) FROM c WHERE c.id = 'o4'", [3]),
        ("SELECT VALUE s.id FROM (SELECT c.id FROM c WHERE c.customer = 'cid') AS s", ["o4"]),
        ("SELECT VALUE 1", [1]),
    ],
)  # fmt: skip
def test_results(text: str, results: list[object]) -> None:
    assert run(text) == results


def test_parameters_stand_for_any_value() -> None:
    assert run("SELECT VALUE c.id FROM c WHERE c.customer = @who AND c.total > @least", who="ann", least=1000) == ["o1"]
    assert run("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(@wanted, c.id)", wanted=["o2", "o9"]) == ["o2"]
    assert run("SELECT VALUE c.id FROM c OFFSET @skip LIMIT @take", skip=3, take=1) == ["o4"]
    assert run("SELECT TOP @n VALUE c.id FROM c", n=1) == ["o1"]


def test_a_thousand_alternatives_do_not_nest_too_deeply() -> None:
    alternatives = " OR ".join(f"( c.id = 'o{at}' AND c.customer = 'bob' )" for at in range(1000))
    assert run(f"SELECT VALUE c.id FROM c WHERE {alternatives}") == ["o2", "o5"]
