"""Azure Storage in the host: queue triggers and outputs; blob triggers, inputs and outputs."""
