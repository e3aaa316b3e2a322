"""The replay shim: walks the SDK's actions against the history, counting ids exactly as the SDK does."""
