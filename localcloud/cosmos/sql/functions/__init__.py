"""The built-in functions, one module per family; `table` finds them by name."""
