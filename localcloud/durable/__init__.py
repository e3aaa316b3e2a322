"""The durable engine: task hub, replay of orchestrators against history, HTTP and RPC API."""
