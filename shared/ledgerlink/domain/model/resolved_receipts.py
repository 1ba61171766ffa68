"""Receipts that are to be attached to a document in the ledger, ready to be composed."""

from dataclasses import dataclass

from ledgerlink.domain.model.references import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedReceipt:
    """A file to be attached to a document of this kind (the ledger's name of it)."""

    key: str
    document: Target
    document_kind: str
    file_name: str
    content_type: str
    note: str = ""
