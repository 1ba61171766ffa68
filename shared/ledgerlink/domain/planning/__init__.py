"""From records and links to operations. Pure."""
