"""Documents: what a ledger stores, composed but not yet sent."""

from dataclasses import dataclass

from ledgerlink.domain.model.document_facts import DocumentFacts
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.references import Body


@dataclass(frozen=True, slots=True)
class Document(DocumentFacts):
    """One thing that a ledger stores, as a connector composes it."""

    key: str
    """The posting key."""
    kind: str
    """The ledger's own name of such documents (`TimeActivity`, `Customer`)."""
    body: Body
    """What is sent; it may hold pending references."""
    warnings: tuple[Reason, ...] = ()
    """What a person should know about it though it is posted."""
    title: str = ""
    """The name of a list record, by which it is shown before it has an id."""
    fixed: str = ""
    """Those values that no update can change, in the ledger's words. A document that differs in
    them is deleted and created again."""
