"""The offline Azure that function apps run on during development and tests; never deployed."""
