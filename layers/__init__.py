"""What Lambda gets: the dependency layer, the code layer and one folder per function."""
