"""What the product hears: the bus with an event per finished sync and per changed record."""

from aws_cdk import aws_events as events
from constructs import Construct

BUS = "ledgerlink"


class Events(Construct):
    """A bus of our own, so that the product subscribes to ours and to nothing else."""

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        self.bus = events.EventBus(
            self,
            "Bus",
            event_bus_name=BUS,
            description="Ledgerlink: finished syncs and changes of linked records",
        )
