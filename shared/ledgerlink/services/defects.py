"""Defects: what our own program got wrong about one record. Counted and logged with the place in
the program, so that they are mended; the record has a reason of its own meanwhile."""

import logging
from traceback import format_tb

from ledgerlink.services.dependencies import Dependencies

logger = logging.getLogger(__name__)


def report_defect(deps: Dependencies, key: str, defect: BaseException) -> None:
    """Count and log a mistake of ours with the record of this key. The words of the error are left
    out, because they may quote the record."""
    deps.metrics.count("Defects", 1)
    place = "".join(format_tb(defect.__traceback__))
    logger.error("our program made a mistake with %s: %s\n%s", key, type(defect).__name__, place)
