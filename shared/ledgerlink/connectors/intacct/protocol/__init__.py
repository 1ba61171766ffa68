"""Protocol: requests and responses in XML, queries, values and the table of error codes. No I/O."""
