"""Failures on demand: which requests or functions they meet, before or after the commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

# For a whole request.
REQUEST_ACTIONS: Final = frozenset(
    {
        "429",
        "400",
        "401",
        "status500",
        "html502",
        "html503",
        "524",
        "html200",
        "timeout",
        "cut",
        "truncate",
        "invalid_session",
        "unavailable",
        "schema_error",
    }
)
# For each function that matches.
FUNCTION_ACTIONS: Final = frozenset({"function_error", "offline", "permission", "read_error"})
MATCHES: Final = frozenset(
    {"function", "object", "controlid", "request_controlid", "company", "user", "entity", "sender"}
)
WHENS: Final = ("before", "after", "midway")


class BadFault(ValueError):
    """A description of a failure that makes no sense."""


@dataclass(slots=True)
class Injection:
    """Waits for `skip` matching requests or functions, then acts on the next `times`.

    `when` midway: the first `functions` of the request are done, the rest never is.
    """

    name: str
    action: str
    match: dict[str, str]
    when: str = "before"
    skip: int = 0
    times: int = 1
    seconds: float = 960.0
    functions: int = 1
    errorno: str = "BL01001973"
    text: str = "Currently, we can't create the transaction"
    correction: str = "Check the transaction for errors or inconsistencies, then try again."
    seen: int = 0
    hits: int = 0

    def shown(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def described(body: dict[str, Any], number: int) -> Injection:
    """An Injection from its JSON; raises BadFault."""
    known = set(Injection.__slots__) - {"seen", "hits"}
    if unknown := body.keys() - known:
        raise BadFault(f"unknown members: {', '.join(sorted(unknown))}")
    action, when = body.get("action"), body.get("when", "before")
    if action not in REQUEST_ACTIONS | FUNCTION_ACTIONS:
        words = ", ".join(sorted(REQUEST_ACTIONS | FUNCTION_ACTIONS))
        raise BadFault(f"action must be one of {words}")
    if when not in WHENS or (when == "midway" and action in FUNCTION_ACTIONS):
        raise BadFault("when must be before or after, or midway for a whole request")
    match = {key: str(value) for key, value in (body.get("match") or {}).items()}
    if unknown := match.keys() - MATCHES:
        raise BadFault(f"cannot match on {', '.join(sorted(unknown))}")
    return Injection(**{**body, "match": match, "name": body.get("name") or f"fault-{number}"})


class Injections:
    def __init__(self) -> None:
        self.all: list[Injection] = []

    def add(self, body: dict[str, Any]) -> Injection:
        injection = described(body, len(self.all) + 1)
        self.all.append(injection)
        return injection

    def clear(self) -> None:
        self.all.clear()

    def for_request(self, facts: list[dict[str, str]]) -> Injection | None:
        """The first failure that meets a request, one of whose functions has these facts."""
        return self._due(facts, REQUEST_ACTIONS, WHENS)

    def for_function(self, facts: dict[str, str], when: str) -> Injection | None:
        return self._due([facts], FUNCTION_ACTIONS, (when,))

    def _due(
        self, facts: list[dict[str, str]], actions: frozenset[str], whens: tuple[str, ...]
    ) -> Injection | None:
        """Counts what it finds as seen and hit."""
        for injection in self.all:
            if injection.action not in actions or injection.when not in whens:
                continue
            if injection.hits >= injection.times or not _meets(injection.match, facts):
                continue
            injection.seen += 1
            if injection.seen > injection.skip:
                injection.hits += 1
                return injection
        return None


def _meets(match: dict[str, str], facts: list[dict[str, str]]) -> bool:
    return any(
        all(one.get(key, "").casefold() == wanted.casefold() for key, wanted in match.items())
        for one in facts
    )
