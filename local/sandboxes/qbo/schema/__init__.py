"""The entities of the company as tables of data."""
