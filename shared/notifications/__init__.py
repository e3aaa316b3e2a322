"""What the shop tells people by mail, each thing once."""
