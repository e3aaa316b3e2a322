"""Azurite, Microsoft's stand-in for Azure Storage: how it is installed, started and addressed."""
