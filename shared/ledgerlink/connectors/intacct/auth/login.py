"""The login of a company's Web Services user, and where it is kept."""

from collections.abc import Mapping
from typing import Protocol

from ledgerlink.domain.errors import FieldError, Invalid
from ledgerlink.domain.model.logins import Login as Login
from ledgerlink.domain.model.logins import Session as Session


class LoginVault(Protocol):
    """The login of one connection."""

    def load(self) -> Login:
        """The stored login. Raises AuthorizationLost when there is none."""
        ...

    def save(self, login: Login) -> None:
        """Store the login with its session, before the session is used. Raises AuthorizationLost
        when the connection has been disconnected meanwhile."""
        ...


REQUIRED_FIELDS = ("company_id", "user_id", "password")
ALL_FIELDS = (*REQUIRED_FIELDS, "entity")
MAX_LENGTH = 200


def parse_login(given: Mapping[str, str]) -> tuple[str, Login]:
    """The company id, with the entity if there is one, and the login. Raises Invalid."""
    wrong = [name for name in REQUIRED_FIELDS if not given.get(name, "").strip()]
    wrong += [name for name in given if name not in ALL_FIELDS or len(given[name]) > MAX_LENGTH]
    if wrong:
        remedy = "Enter company ID, user ID and password, and the entity ID for a single entity."
        problems = [FieldError(f"/login/{name}", "Missing, unknown or too long.") for name in wrong]
        raise Invalid("wrong_login", "The login cannot be used like this.", remedy, problems)
    company_id, entity = given["company_id"].strip(), given.get("entity", "").strip() or None
    login = Login(
        company_id=company_id,
        user_id=given["user_id"].strip(),
        password=given["password"],
        entity=entity,
    )
    return (f"{company_id}:{entity}" if entity else company_id), login
