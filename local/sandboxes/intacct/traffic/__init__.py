"""What surrounds a request: limits, failures on demand, the journal and control ids."""
