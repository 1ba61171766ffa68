"""Death at a chosen step: a worker that dies before or after the n-th thing it does."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

T = TypeVar("T")


class WorkerDied(Exception):
    """The worker is gone; nothing after this happened."""


@dataclass
class FailurePlan:
    """Counts steps by name and ends the worker at step number `at` (from 0), once. Where death
    `lasts`, whatever else was under way in that worker does nothing more until another one comes.
    """

    at: int | None = None
    steps: list[str] = field(default_factory=list)
    lasts: bool = False
    dead: bool = False
    meanwhile: dict[str, Callable[[], object]] = field(default_factory=dict)
    """What somebody else does, once, just before the next step of that name."""

    def step(self, name: str) -> None:
        if other := self.meanwhile.pop(name, None):
            other()
        if self.dead:
            raise WorkerDied(f"dead already: {name}")
        self.steps.append(name)
        if self.at == len(self.steps) - 1:
            self.dead = self.lasts
            raise WorkerDied(f"step {self.at}: {name}")


class FailingCalls:
    """A store or ledger whose every call is two steps of its plan: before it and after it."""

    def __init__(self, name: str, inner: Any, failure_plan: FailurePlan) -> None:
        self._name, self._inner, self._failure_plan = name, inner, failure_plan

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._inner, method)
        if not callable(found):
            return found
        call = self._waiting(method, found) if inspect.iscoroutinefunction(found) else None
        return call or self._plain(method, found)

    def _plain(self, method: str, found: Any) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            self._failure_plan.step(f"before {self._name}.{method}")
            answer = found(*given, **named)
            self._failure_plan.step(f"after {self._name}.{method}")
            return answer

        return call

    def _waiting(self, method: str, found: Any) -> Any:
        async def call(*given: Any, **named: Any) -> Any:
            self._failure_plan.step(f"before {self._name}.{method}")
            answer = await found(*given, **named)
            self._failure_plan.step(f"after {self._name}.{method}")
            return answer

        return call


def with_failures(name: str, inner: T, failure_plan: FailurePlan) -> T:
    """The same, each call two steps of this plan."""
    return cast(T, FailingCalls(name, inner, failure_plan))
