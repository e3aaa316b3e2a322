"""Key Vault secrets: the part of the vault that apps use, kept durably, with versions and soft delete."""
