"""The executions of the import state machine, in memory."""

from dataclasses import dataclass, field

from ledgerlink.domain.model.runs import Run
from ledgerlink.domain.ports import Clock
from ledgerlink.services.ports import ExecutionState

RunKey = tuple[str, str, str]


@dataclass
class FakeExecutions:
    """Implements `services.ports.ImportExecutions`. `steps` are those that an execution reaches
    next, each with the token that it will wait with."""

    clock: Clock
    rows: dict[RunKey, ExecutionState] = field(default_factory=dict)
    steps: list[tuple[RunKey, str, str, str]] = field(default_factory=list)
    alive: dict[str, tuple[RunKey, str]] = field(default_factory=dict)
    begun: int = 0
    count: int = 0

    def start(self, run: Run, step: str) -> None:
        self.begun += 1
        name = f"execution-{self.begun}"
        self.rows[_key_of(run)] = ExecutionState(machine=name, since=self.clock.now())
        self._reach(_key_of(run), name, step)

    def _reach(self, key: RunKey, machine: str, step: str) -> None:
        if step == "end":
            return
        self.count += 1
        token = f"token-{self.count}"
        self.alive[token] = (key, machine)
        self.steps.append((key, machine, step, token))

    def state(self, run: Run) -> ExecutionState:
        return self.rows.get(_key_of(run), ExecutionState())

    def store_wait(self, run: Run, execution: str, step: str, token: str, until: int) -> None:
        row = ExecutionState(
            machine=execution, generation=run.generation, step=step, token=token, until=until
        )
        self.rows[_key_of(run)] = row

    def continue_at(self, run: Run, waiting: ExecutionState, step: str) -> bool:
        key, machine = self.alive.pop(waiting.token, (None, ""))
        if key is None:
            is_stored = self.state(run).token == waiting.token
            self.delete_wait(run, waiting.token)
            return not is_stored
        self._reach(key, machine, step)
        if self.state(run).token == waiting.token:
            self.rows[key] = ExecutionState(machine=machine, step=step, since=self.clock.now())
        return True

    def delete_wait(self, run: Run, token: str) -> None:
        if self.state(run).token == token:
            self.rows.pop(_key_of(run), None)

    def lose(self, run: Run) -> None:
        """End the run's execution without deleting its stored state."""
        self.alive.pop(self.state(run).token, None)


def _key_of(run: Run) -> RunKey:
    return run.firm, run.connection_id, run.id
