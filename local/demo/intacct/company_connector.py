"""Having a company of the ledger connected by the login of its Web Services user."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.demo.answers import Connection
from local.demo.api import Api
from local.demo.connecting import newest
from local.demo.intacct.gateway import USER
from local.demo.intacct.sandbox import IntacctSandbox


@dataclass(frozen=True, slots=True)
class IntacctCompanyConnector:
    """Connects companies. `new_key` makes what no other company's id ends with."""

    api: Api
    sandbox: IntacctSandbox
    new_key: Callable[[], str]

    def company(self, name: str, fresh: bool) -> Connection:
        """The connection of the newest company of that name; a new one when there is none."""
        stem = re.sub(r"[^a-z0-9]+", "-", name.lower())
        known = (one for one in self.api.connections() if (one.company_id or "").startswith(stem))
        found = None if fresh else newest(known)
        if found is None:
            return self._connect(f"{stem}-{self.new_key()[:8]}")
        if found.state == "connected":
            return found
        return self.api.sign_in_again(found.id, login(str(found.company_id)))

    def _connect(self, company_id: str) -> Connection:
        self.sandbox.new_company(company_id)
        return self.api.sign_in("intacct", login(company_id))


def login(company_id: str) -> Mapping[str, str]:
    """What the API wants to know of the user."""
    return {"company_id": company_id, "user_id": USER["userid"], "password": USER["password"]}
