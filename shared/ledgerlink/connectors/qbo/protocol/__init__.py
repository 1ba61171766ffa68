"""What goes over the wire: encoding, parsing, error codes. No I/O."""
