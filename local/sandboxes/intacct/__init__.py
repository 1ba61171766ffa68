"""A Sage Intacct company on this machine. It shares no code with the product."""
