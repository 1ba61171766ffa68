class MachineError(Exception):
    """Words for the person at the keyboard: what is wrong and what to do. No stack trace."""
