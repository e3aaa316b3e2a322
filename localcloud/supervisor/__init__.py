"""Starts the parts of localcloud as processes, gives the app its settings, and keeps all of it running."""
