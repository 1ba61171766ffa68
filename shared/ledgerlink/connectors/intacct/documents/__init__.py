"""Documents: neutral records as Sage Intacct's objects, and how held ones are compared. No I/O."""
