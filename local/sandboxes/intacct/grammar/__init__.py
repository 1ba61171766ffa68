"""The shape of a request, as a schema that libxml2 checks."""
