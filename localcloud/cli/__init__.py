"""The command line `python -m localcloud VERB …`."""
