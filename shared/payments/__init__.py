"""Payments behind a small gateway protocol, with a simulated provider whose ledger lies in Cosmos DB."""
