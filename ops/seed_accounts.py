"""The accounts of the seed; apart from it, so that naming them costs no import of the app."""

ADMIN_EMAIL = "admin@example.com"
CUSTOMER_EMAIL = "customer@example.com"
LOCAL_PASSWORD = "durable-shop-demo"  # noqa: S105 - public; accepted for a Cosmos DB on this machine only
