"""The machines of imports in memory."""

from dataclasses import dataclass, field

from ledgerlink.domain.model.runs import Run
from ledgerlink.domain.ports import Clock
from ledgerlink.services.ports import MachineState

Place = tuple[str, str, str]


@dataclass
class FakeMachines:
    """Implements `services.ports.Machines`. `steps` are those that some machine comes to next,
    each with the token that it will rest with."""

    clock: Clock
    rows: dict[Place, MachineState] = field(default_factory=dict)
    steps: list[tuple[Place, str, str, str]] = field(default_factory=list)
    alive: dict[str, tuple[Place, str]] = field(default_factory=dict)
    begun: int = 0
    count: int = 0

    def begin(self, run: Run, step: str) -> None:
        self.begun += 1
        name = f"machine-{self.begun}"
        self.rows[_place(run)] = MachineState(machine=name, since=self.clock.now())
        self._come_to(_place(run), name, step)

    def _come_to(self, place: Place, machine: str, step: str) -> None:
        if step == "end":
            return
        self.count += 1
        token = f"token-{self.count}"
        self.alive[token] = (place, machine)
        self.steps.append((place, machine, step, token))

    def waiting(self, run: Run) -> MachineState:
        return self.rows.get(_place(run), MachineState())

    def rest(self, run: Run, machine: str, step: str, token: str, until: int) -> None:
        row = MachineState(
            machine=machine, generation=run.generation, step=step, token=token, until=until
        )
        self.rows[_place(run)] = row

    def answer(self, run: Run, waiting: MachineState, step: str) -> bool:
        place, machine = self.alive.pop(waiting.token, (None, ""))
        if place is None:
            there = self.waiting(run).token == waiting.token
            self.forget(run, waiting.token)
            return not there
        self._come_to(place, machine, step)
        if self.waiting(run).token == waiting.token:
            self.rows[place] = MachineState(machine=machine, step=step, since=self.clock.now())
        return True

    def forget(self, run: Run, token: str) -> None:
        if self.waiting(run).token == token:
            self.rows.pop(_place(run), None)

    def lose(self, run: Run) -> None:
        """The machine of the run is no more, and nobody knows."""
        self.alive.pop(self.waiting(run).token, None)


def _place(run: Run) -> Place:
    return run.firm, run.connection_id, run.id
