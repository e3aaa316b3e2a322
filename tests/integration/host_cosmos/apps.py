"""Apps with Cosmos DB bindings, and what their functions noted."""

import json
from pathlib import Path
from typing import Any

NOTE = """
import json, os

def note(value):
    line = json.dumps(value) + "\\n"
    with open(os.environ["CALLS"], "a") as calls:
        calls.write(line)
"""
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


class Calls:
    """The lines that the functions wrote, one JSON value a call."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self) -> list[Any]:
        text = self.path.read_text() if self.path.exists() else ""
        return [json.loads(line) for line in text.splitlines() if line]

    def ids(self) -> list[str]:
        """The ids of all documents that were handed over, in order."""
        return [document["id"] for batch in self.all() for document in batch]
