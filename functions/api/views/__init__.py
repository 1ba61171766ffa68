"""What the API takes and answers, as pydantic models: one module per resource, as routes have."""
