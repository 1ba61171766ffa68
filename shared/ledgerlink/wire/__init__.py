"""The shapes at the edges: JSON from and to the domain's types, checked by pydantic."""
