"""A stand-in for Azure Cosmos DB for NoSQL: the REST protocol that the unmodified SDKs speak, over SQLite."""
