"""Bases of request bodies, and the view of a reason."""

from typing import Annotated

from ledgerlink.connectors.ledgers import title_of
from ledgerlink.domain.model.reasons import REASONS, Reason, with_ledger_name
from pydantic import BaseModel, ConfigDict, Field

from functions.api.error_codes import anchor


class View(BaseModel):
    """A part of a body. It is made ready for use when it is first used: a function that starts
    answers one request, and that needs few of all views."""

    model_config = ConfigDict(defer_build=True)


class Given(View):
    """A body that refuses unknown fields."""

    model_config = ConfigDict(extra="forbid")


class ReasonView(View):
    """Why it is so, and what to do about it."""

    code: str
    message: str
    remedy: str
    field: str | None = None
    parameters: dict[str, str] = Field(
        default_factory=dict,
        description="What fills the places of the message, such as keys and days.",
    )

    page: Annotated[
        str | None, Field(description="Where to read more of this reason, below the API's address.")
    ] = None

    @classmethod
    def of(cls, reason: Reason | None, ledger: str) -> "ReasonView | None":
        """A reason in the words of this ledger (`qbo`)."""
        if reason is None:
            return None
        named = with_ledger_name(reason, title_of(ledger))
        return cls(
            code=named.code,
            message=named.message,
            remedy=named.remedy,
            field=named.field,
            parameters=dict(named.parameters),
            page=f"/v1/errors#{anchor(named.code)}" if named.code in REASONS else None,
        )
