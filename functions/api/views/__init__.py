"""Requests and responses of the API as pydantic models: one module per resource, as routes have."""
