"""The public account names and keys of Microsoft's emulators: secrets to nobody, so that tools work without set-up."""

COSMOS_KEY = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="
STORAGE_ACCOUNT = "devstoreaccount1"
STORAGE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
SERVICE_BUS_KEY_NAME = "RootManageSharedAccessKey"
SERVICE_BUS_KEY = "SAS_KEY_VALUE"
"""What Microsoft's emulator documents in its connection string."""
