"""The functions of the gateway, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from lxml import etree

from local.sandboxes.intacct.api_functions import (
    attachments,
    deciding,
    describing,
    generic,
    legacy,
    listing,
    querying,
    reading,
)
from local.sandboxes.intacct.api_functions.answer import Answer
from local.sandboxes.intacct.api_functions.call import Call

Handler: TypeAlias = Callable[[Call, etree._Element], Answer]
HANDLERS: Final[dict[str, Handler]] = {
    **generic.HANDLERS,
    **deciding.HANDLERS,
    **reading.HANDLERS,
    **querying.HANDLERS,
    **describing.HANDLERS,
    **listing.HANDLERS,
    **legacy.HANDLERS,
    **attachments.HANDLERS,
}
