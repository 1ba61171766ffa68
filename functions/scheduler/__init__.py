"""The clock of the house: one tick a minute."""
