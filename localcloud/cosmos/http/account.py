"""GET /: the account document. Its locations carry the host that this very request used, or the SDKs go elsewhere."""

import json

from aiohttp import web

from localcloud.cosmos.http.exchange import Exchange

REGION = "Local"
_QUERY_ENGINE = {
    "maxSqlQueryInputLength": 262144,
    "maxJoinsPerSqlQuery": 5,
    "maxLogicalAndPerSqlQuery": 500,
    "maxLogicalOrPerSqlQuery": 500,
    "maxUdfRefPerSqlQuery": 10,
    "maxInExpressionItemsCount": 16000,
    "queryMaxInMemorySortDocumentCount": 500,
    "maxQueryRequestTimeoutFraction": 0.9,
    "sqlAllowNonFiniteNumbers": False,
    "sqlAllowAggregateFunctions": True,
    "sqlAllowSubQuery": True,
    "sqlAllowScalarSubQuery": True,
    "allowNewKeywords": True,
    "sqlAllowLike": True,
    "sqlAllowGroupByClause": True,
    "maxSpatialQueryCells": 12,
    "spatialMaxGeometryPointCount": 256,
    "sqlDisableOptimizationFlags": 0,
    "sqlAllowTop": True,
    "enableSpatialIndexing": True,
}


def account(exchange: Exchange) -> web.Response:
    """The account document as Azure gives it to a Session account with one region."""
    endpoint = f"{exchange.request.scheme}://{exchange.request.host}/"
    location = [{"name": REGION, "databaseAccountEndpoint": endpoint}]
    replicas = {"asyncReplication": False, "minReplicaSetSize": 1, "maxReplicasetSize": 4}
    return exchange.answer(
        200,
        {
            "_self": "",
            "id": "localhost",
            "_rid": "localhost",
            "media": "//media/",
            "addresses": "//addresses/",
            "_dbs": "//dbs/",
            "writableLocations": location,
            "readableLocations": location,
            "enableMultipleWriteLocations": False,
            "userReplicationPolicy": replicas,
            "systemReplicationPolicy": replicas,
            "userConsistencyPolicy": {"defaultConsistencyLevel": "Session"},
            "readPolicy": {"primaryReadCoefficient": 1, "secondaryReadCoefficient": 1},
            "queryEngineConfiguration": json.dumps(_QUERY_ENGINE),
        },
    )
