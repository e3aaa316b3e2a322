"""Stand-ins for Entra managed identity and Key Vault, and the local certificate authority both rely on."""
