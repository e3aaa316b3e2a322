"""The REST surface: one module per resource."""
