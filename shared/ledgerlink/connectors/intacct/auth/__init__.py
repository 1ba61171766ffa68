"""Auth: the login of a company's Web Services user, and the sessions that it opens."""
