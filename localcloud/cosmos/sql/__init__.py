"""The query language of Cosmos DB for NoSQL.

For a server, per request::

    query = compile_query(text)                       # cached by text; raises SqlError: answer 400
    parameters = parameters_of(body.get("parameters"))
    page = query.page(documents, parameters, now=clock.now(), max_items=100,
                      continuation=token, composite_indexes=policy.get("compositeIndexes", []))
    page.results, page.continuation                   # continuation None: no more pages

`documents` are pairs (position, document) in rising position. The position is an integer that never changes while
the item lives (its rowid), the document the whole item with its system properties (`_rid`, `_ts` …). When
`query.resume_position(token)` is not None, the scan may start at that position (inclusive).

`pushdown(query, parameters, column="body")` gives `Condition(sql, arguments)` for the scan's WHERE: a superset of what
the query keeps, on the item's JSON text. `fixed_partition_key(query, parameters, paths)` gives the key values that
WHERE fixes, or None. `needs_plan(query)` tells which cross-partition queries answer 400 with substatus 1004, and
`query_plan(text, parameters, supported_features)` is the body of the answer to a plan request.

`SqlError.as_service_message()` gives the text of the 400; its subclasses say whether the text is wrong
(SqlSyntaxError), the construct is left out here (SqlNotSupportedError) or the service would refuse it
(SqlBadRequestError). `compile_condition(text).matches(document, now=…)` serves patch conditions.
"""

from localcloud.cosmos.sql.compiled import (
    CompiledCondition,
    CompiledQuery,
    Page,
    compile_condition,
    compile_query,
    execute,
    parameters_of,
)
from localcloud.cosmos.sql.errors import SqlBadRequestError, SqlError, SqlNotSupportedError, SqlSyntaxError
from localcloud.cosmos.sql.partition_key import fixed_partition_key
from localcloud.cosmos.sql.plan import needs_plan, query_plan
from localcloud.cosmos.sql.pushdown import Condition, pushdown

__all__ = [
    "CompiledCondition",
    "CompiledQuery",
    "Condition",
    "Page",
    "SqlBadRequestError",
    "SqlError",
    "SqlNotSupportedError",
    "SqlSyntaxError",
    "compile_condition",
    "compile_query",
    "execute",
    "fixed_partition_key",
    "needs_plan",
    "parameters_of",
    "pushdown",
    "query_plan",
]
