"""Service Bus as the shop uses it: sending, consuming with patience, errors and history of each message."""
