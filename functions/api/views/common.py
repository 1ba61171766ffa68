"""Bases of request bodies, and the view of a reason."""

from ledgerlink.domain.model.reasons import Reason
from pydantic import BaseModel, ConfigDict


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

    @classmethod
    def of(cls, reason: Reason | None) -> "ReasonView | None":
        if reason is None:
            return None
        return cls(
            code=reason.code, message=reason.message, remedy=reason.remedy, field=reason.field
        )
