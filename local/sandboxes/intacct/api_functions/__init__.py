"""The functions of the gateway, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from lxml import etree

from local.sandboxes.intacct.api_functions import (
    approvals,
    attachments,
    legacy_reads,
    legacy_writes,
    metadata,
    query_function,
    reads,
    writes,
)
from local.sandboxes.intacct.api_functions.answer import Answer
from local.sandboxes.intacct.api_functions.call import Call

Handler: TypeAlias = Callable[[Call, etree._Element], Answer]
HANDLERS: Final[dict[str, Handler]] = {
    **writes.HANDLERS,
    **approvals.HANDLERS,
    **reads.HANDLERS,
    **query_function.HANDLERS,
    **metadata.HANDLERS,
    **legacy_reads.HANDLERS,
    **legacy_writes.HANDLERS,
    **attachments.HANDLERS,
}
