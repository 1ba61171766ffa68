"""Do the tests notice when the code that moves hours and money is changed? `make mutants`."""
