"""OAuth 2: the user's consent, tokens, and their refresh."""
