"""The durable HTTP API: management routes on the public port (with keys) and as client RPC (loopback)."""
