"""What the demonstration says when it cannot go on."""


class DemoError(Exception):
    """Words for the person at the keyboard: what is wrong and what to do. No stack trace."""
