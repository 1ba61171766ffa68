"""The wire format: JSON bodies, query statements, responses, faults, error codes."""
