"""New list records: people, customers and items that a ledger does not have yet."""

from dataclasses import dataclass
from decimal import Decimal

from ledgerlink.domain.model.references import Target
from ledgerlink.domain.model.rules import PersonType


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """An employee or vendor to be created."""

    key: str
    name: str
    person: PersonType
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A client (no parent) or a project (below its parent) to be created."""

    key: str
    name: str
    parent: Target | None = None
    client_name: str | None = None
    """The name of the client above; None for a client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """A service item to be created for a labor code or leave type."""

    key: str
    """The posting key."""
    name: str
    """Its name in the ledger."""
    income_account_id: str
    """The account that its sales go to."""
    rate: Decimal | None = None
    """Money per hour."""
    parent_id: str | None = None
    """The existing item above it."""


NewListRecord = NewPerson | NewCustomer | NewItem
