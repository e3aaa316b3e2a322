"""Queues, topics, locks and sessions, and their store. Knows nothing of AMQP connections."""
