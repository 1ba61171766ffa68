"""The door for what ledgers tell us."""
