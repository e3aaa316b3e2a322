"""Who is calling: passwords, signed tokens, and the keys they are signed with."""
