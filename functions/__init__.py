"""The Lambda functions, a folder each; each folder's `handler` is the entry.

Lambda loads this module first, so it configures the garbage collector of the process, and what is
done around snapshots.
"""

import gc

from functions.snapshot import use_snapshots

YOUNG = 50_000
"""So many new objects come before the collector looks at them. Modules that are being loaded, and
plans and answers of thousands of records, have no reference cycles: to look through them again and
again takes a tenth of a cold start."""
OLDER = 20
"""How often the young objects are looked at before the older ones are."""

gc.set_threshold(YOUNG, OLDER, OLDER)
use_snapshots()
