"""The HTTP side: envelope, gateway and the calls of the sandbox itself."""
