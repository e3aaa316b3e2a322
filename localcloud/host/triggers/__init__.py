"""The binding types that the host serves itself, one module each."""
