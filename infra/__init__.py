"""The AWS stack of Ledgerlink."""
