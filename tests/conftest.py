"""What holds for all tests."""

import sys

SWITCH = 0.0005
"""Seconds for which a sandbox in the same process may keep a test waiting."""

sys.setswitchinterval(SWITCH)
