"""What every body that is taken and every reason that is answered share."""

from ledgerlink.domain.model.reasons import Reason
from pydantic import BaseModel, ConfigDict


class Given(BaseModel):
    """A body that refuses unknown fields."""

    model_config = ConfigDict(extra="forbid")


class ReasonView(BaseModel):
    """Why, and what to do about it."""

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
