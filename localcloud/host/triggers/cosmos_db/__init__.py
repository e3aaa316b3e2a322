"""Cosmos DB in the host: `cosmosDBTrigger` on the change feed, and `cosmosDB` inputs and outputs."""
