"""Accounts: user documents, and what users may do with their own."""
