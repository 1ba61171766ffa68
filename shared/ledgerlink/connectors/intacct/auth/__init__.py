"""How the right to call is obtained, kept and given back."""
