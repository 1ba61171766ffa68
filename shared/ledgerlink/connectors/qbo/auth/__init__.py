"""OAuth 2: the user's consent, tokens, their refresh, and the bearer scheme."""
