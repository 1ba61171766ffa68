"""The failures of Sage Intacct: of a whole request, or of each function that matches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from local.sandboxes.common import injection

REQUEST_ACTIONS: Final = (
    "429",
    "400",
    "401",
    "status500",
    "html502",
    "html503",
    "504",
    "524",
    "html200",
    "timeout",
    "cut",
    "truncate",
    "invalid_session",
    "unavailable",
    "schema_error",
)
FUNCTION_ACTIONS: Final = (
    "function_error",
    "offline",
    "permission",
    "unsubscribed",
    "read_error",
    "object_missing",
)


@dataclass(slots=True)
class Injection(injection.Injection):
    """`when` midway: the first `functions` of the request are done, the rest never is."""

    ACTIONS: ClassVar = {
        **dict.fromkeys(REQUEST_ACTIONS, ("before", "after", "midway")),
        **dict.fromkeys(FUNCTION_ACTIONS, ("before", "after")),
    }
    MATCHES: ClassVar = frozenset(
        [
            "function",
            "object",
            "controlid",
            "request_controlid",
            "company",
            "user",
            "entity",
            "sender",
        ]
    )

    seconds: float = 960.0
    retry_after: int | None = None
    """Seconds that the header Retry-After asks for, of a 429 or 503."""
    functions: int = 1
    errorno: str = "BL01001973"
    text: str = "Currently, we can't create the transaction"
    correction: str = "Check the transaction for errors or inconsistencies, then try again."


class Injections(injection.Injections[Injection]):
    def for_request(self, facts: list[injection.Facts]) -> Injection | None:
        """The first failure that meets a request, one of whose functions has these facts."""
        return self.due(facts, lambda i: i.action in REQUEST_ACTIONS)

    def for_function(self, facts: injection.Facts, when: str) -> Injection | None:
        return self.due([facts], lambda i: i.action in FUNCTION_ACTIONS and i.when == when)
