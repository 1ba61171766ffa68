"""The admin calls of the sandbox: companies, tokens, and the journal of every request it got."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from local.demo.sandbox import TOO_MANY, Answer, Entry, Journal, SandboxAdmin

WRITING = ("single", "batch", "upload")


class NewCompany(Answer):
    realm: str


class Token(Answer):
    access_token: str


class QuickBooksEntry(Entry):
    whose: str | None = Field(None, alias="realm")
    kind: str
    items: int | None = None

    @property
    def call(self) -> str:
        """Preferences, which the journal counts by themselves, are a read."""
        return "read" if self.kind == "preferences" else self.kind

    @property
    def written(self) -> int:
        writing = self.kind in WRITING and self.status != TOO_MANY
        return (self.items or 1) if writing else 0


@dataclass(frozen=True, slots=True)
class QuickBooksSandbox(SandboxAdmin):
    JOURNAL: ClassVar = Journal[QuickBooksEntry]

    def new_company(self, name: str) -> str:
        """An empty company of that name; its realm."""
        body = {"name": name, "seed": "empty"}
        answer = self._ask("POST", "/_sandbox/companies", body)
        return NewCompany.model_validate_json(answer).realm

    def token(self, realm: str) -> str:
        answer = self._ask("POST", "/_sandbox/token", {"realm": realm})
        return Token.model_validate_json(answer).access_token
