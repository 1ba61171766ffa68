"""Who signs in to a company: its own user, and the application that sends for them."""

from collections.abc import Mapping
from typing import Protocol

from ledgerlink.domain.errors import Invalid, Problem
from ledgerlink.domain.model.logins import Login as Login
from ledgerlink.domain.model.logins import Session as Session


class LoginVault(Protocol):
    """The login of one connection."""

    def load(self) -> Login:
        """The newest login stored. Raises AuthorizationLost when there is none."""
        ...

    def save(self, login: Login) -> None:
        """Store the login durably, before anybody uses its session. Raises AuthorizationLost when
        the connection was disconnected meanwhile."""
        ...


REQUIRED_FIELDS = ("company_id", "user_id", "password")
ALL_FIELDS = (*REQUIRED_FIELDS, "entity")
MAX_LENGTH = 200


def parse_login(given: Mapping[str, str]) -> tuple[str, Login]:
    """The id of the company, with its entity where there is one, and the login. Raises Invalid."""
    wrong = [name for name in REQUIRED_FIELDS if not given.get(name, "").strip()]
    wrong += [name for name in given if name not in ALL_FIELDS or len(given[name]) > MAX_LENGTH]
    if wrong:
        remedy = f"Give {', '.join(REQUIRED_FIELDS)}, and entity if it is about one."
        problems = [Problem(f"/login/{name}", "Missing, unknown or too long.") for name in wrong]
        raise Invalid("wrong_login", "The login cannot be used like this.", remedy, problems)
    company_id, entity = given["company_id"].strip(), given.get("entity", "").strip() or None
    login = Login(
        company_id=company_id,
        user_id=given["user_id"].strip(),
        password=given["password"],
        entity=entity,
    )
    return (f"{company_id}:{entity}" if entity else company_id), login
