class BuildError(Exception):
    """Words for the person at the keyboard; shown without a stack trace."""
