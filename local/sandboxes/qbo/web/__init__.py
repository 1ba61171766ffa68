"""HTTP: the accounting API, the OAuth endpoints and the sandbox's own calls."""
