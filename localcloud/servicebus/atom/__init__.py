"""The administration endpoint: what `ServiceBusAdministrationClient` speaks (Atom feeds over HTTP)."""
