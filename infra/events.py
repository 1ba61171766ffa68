"""The event bus: an event per finished sync and per change of a linked record."""

from aws_cdk import aws_events as events
from constructs import Construct

BUS = "ledgerlink"


class Events(Construct):
    """A bus of its own, so that subscribers see events of Ledgerlink and no others."""

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        self.bus = events.EventBus(
            self,
            "Bus",
            event_bus_name=BUS,
            description="Ledgerlink: finished syncs and changes of linked records",
        )
