"""The tree of errors.

LedgerlinkError
├── Refused            the caller can correct it
│   ├── Invalid            a value is wrong; names the field
│   ├── NotFound           no such thing in this firm
│   ├── Forbidden          the token lacks a right
│   ├── Conflict           it clashes with the current state
│   │   └── ChangedMeanwhile   somebody else wrote what was read; reading it again helps
│   ├── Expired            it was there, and was deleted because of its age
│   └── PreconditionFailed the version that the caller names is not the newest
└── LedgerError        the ledger side
    ├── AuthorizationLost  only a reconnect helps
    ├── LedgerStopped      nothing can be written until a person acts (plan, status)
    │   ├── RecordsRestored    our own records are older than what was posted
    │   ├── KindRefused        one kind of record cannot (permission, subscription); others can
    │   └── ListUnreadable     one list cannot be read; others can, and records can be written
    └── LedgerUnavailable  trying again later helps

Every error carries a code, words for the person who must act, and the remedy. `Interrupted` stands
apart, because nothing is wrong: a worker was asked to stop. A fault of one record is no error
either, but that record's reason (`model.reasons`); so is a mistake of ours that concerns one record
(`DEFECTS`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong place in an input: a JSON pointer, what is wrong, what to do."""

    pointer: str
    message: str
    remedy: str = ""


DEFECTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What Python raises where our own code is wrong about a value: pydantic's, lxml's and json's
errors are ValueErrors. The same input raises the same again, so trying again does not help. What a
store, a ledger or the network raises is none of these."""


class LedgerlinkError(Exception):
    """Any error that Ledgerlink raises on purpose."""

    def __init__(
        self, code: str, message: str, remedy: str = "", problems: Sequence[FieldError] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.problems = tuple(problems)


class Refused(LedgerlinkError):
    """The caller asked for something that cannot be done as asked."""


class Invalid(Refused):
    """A value is wrong; `problems` names each field."""

    @classmethod
    def at(cls, pointer: str, message: str, remedy: str, *, code: str) -> Self:
        """One wrong place, by its JSON pointer."""
        return cls(code, message, remedy, [FieldError(pointer, message, remedy)])


class NotFound(Refused):
    """No such thing in this firm (or it belongs to another firm, which is the same answer)."""


class Expired(Refused):
    """What is asked for was deleted because of its age; `after` is the cursor of what is left."""

    def __init__(self, code: str, message: str, remedy: str, after: int | None = None) -> None:
        super().__init__(code, message, remedy)
        self.after = after


class Forbidden(Refused):
    """The token does not carry the right that this needs."""


class Conflict(Refused):
    """The request clashes with the current state."""


class ChangedMeanwhile(Conflict):
    """A stored row is newer than the one that a change was made from, so nothing was written. The
    change can be made again from the newer row."""

    def __init__(
        self,
        code: str = "changed_meanwhile",
        message: str = "Somebody else changed this at the same moment, so nothing was changed.",
        remedy: str = "Read it again, then repeat your change if it is still needed.",
    ) -> None:
        super().__init__(code, message, remedy)


class PreconditionFailed(Refused):
    """The caller allows the change for another version than the newest one."""


class LedgerError(LedgerlinkError):
    """The ledger answered, or failed to, in a way that concerns more than one record."""

    def __init__(self, code: str, message: str, remedy: str = "", trace_id: str = "") -> None:
        super().__init__(code, message, remedy)
        self.trace_id = trace_id


class AuthorizationLost(LedgerError):
    """The ledger no longer accepts our authorisation; a user has to reconnect."""


class LedgerStopped(LedgerError):
    """The ledger refuses all writes until a person changes something there."""


class RecordsRestored(LedgerStopped):
    """Our own records of a company are older than what was posted to it, because the table was lost
    or restored. Nothing is written until an operator has decided."""


class KindRefused(LedgerStopped):
    """The ledger refuses one kind of record, whatever is in it, until a person acts there."""


class ListUnreadable(LedgerStopped):
    """The ledger refuses to show some records; what is read elsewhere and written is not
    concerned."""


class LedgerUnavailable(LedgerError):
    """The ledger is down, busy or out of quota; the same work may succeed later."""


class Interrupted(Exception):
    """The worker was asked to stop before its work was done; the next worker does the rest."""
