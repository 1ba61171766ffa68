"""The cursor of a list that is read page by page."""

import json
from dataclasses import dataclass

from ledgerlink.domain.errors import Invalid


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page of a list begins."""

    source: int = 0
    """Which of the list's sources is read, from 0."""
    after: str = "0"
    """The RECORDNO of the last record that was read of it."""

    @classmethod
    def parse(cls, position: str | None, sources: int) -> "Cursor":
        """The cursor that a position describes, for a list of so many sources; the beginning for
        None. Raises Invalid for any other text."""
        if position is None:
            return cls()
        try:
            source, after = json.loads(position)
            cursor = cls(int(source), str(int(after)))
        except (ValueError, TypeError) as error:
            raise Invalid("unknown_position", "The position is not one of this ledger.") from error
        if not 0 <= cursor.source < sources:
            raise Invalid("unknown_position", "The position is not one of this list.")
        return cursor

    def position(self) -> str:
        """The cursor as text."""
        return json.dumps([self.source, self.after])
