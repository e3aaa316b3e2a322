"""Apps with Cosmos DB bindings."""

from typing import Any

from tests.integration.hosts import NOTE

FEED = (
    NOTE
    + """
@app.cosmos_db_trigger("docs", "CosmosDB", "shop", "items", create_lease_container_if_not_exists=True, {options})
{retry}
def feed(docs: func.DocumentList{context}):
    {body}
"""
)


def feed_app(
    body: str = "note([json.loads(doc.to_json()) for doc in docs])",
    *,
    retry: str = "",
    context: str = "",
    **options: Any,
) -> str:
    """An app whose function `feed` is triggered by the container `items`."""
    given = {"feed_poll_delay": 20, **options}
    return FEED.format(
        body=body, retry=retry, context=context, options=", ".join(f"{k}={v!r}" for k, v in given.items())
    )
