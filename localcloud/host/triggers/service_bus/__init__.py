"""Service Bus in the host: `serviceBusTrigger` (queues, subscriptions, sessions; one or many) and `serviceBus`."""
