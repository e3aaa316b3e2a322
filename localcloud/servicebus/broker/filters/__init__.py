"""Rules of subscriptions: correlation filters, SQL filters and SQL actions."""
