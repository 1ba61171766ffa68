"""The admin calls of the sandbox: companies, and the journal of every request it got."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from local.demo.sandbox import Answer, Entry, Journal, SandboxAdmin

READING = frozenset(
    {
        "get",
        "getAPISession",
        "get_companyprefs",
        "get_list",
        "lookup",
        "query",
        "read",
        "readByName",
        "readByQuery",
    }
)
DONE = "success"


class Function(Answer):
    """One function of a request and the records that it was about."""

    function: str
    objects: int = 0
    status: str = ""


class IntacctEntry(Entry):
    whose: str | None = Field(None, alias="company")
    functions: list[Function]

    @property
    def call(self) -> str:
        return "write" if self._writing() else "read"

    @property
    def written(self) -> int:
        """Records that it made, changed or deleted; a timesheet counts as one."""
        return sum(one.objects or 1 for one in self._writing() if one.status == DONE)

    def _writing(self) -> list[Function]:
        return [one for one in self.functions if one.function not in READING]


@dataclass(frozen=True, slots=True)
class IntacctSandbox(SandboxAdmin):
    JOURNAL: ClassVar = Journal[IntacctEntry]

    def new_company(self, company_id: str) -> None:
        """An empty company with that id."""
        self._ask("POST", "/_sandbox/companies", {"company": company_id, "seed": "empty"})
