"""A stand-in for Azure Service Bus: an AMQP 1.0 broker over SQLite."""
