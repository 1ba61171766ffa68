"""What is on the wire: JSON bodies, query statements, responses, faults, error codes."""
