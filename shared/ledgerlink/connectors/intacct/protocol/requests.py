"""Requests to the gateway: control, authentication and functions.

Source: the gateway's schema, dtdversion 3.0, and the order in which the vendor's own clients write.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ledgerlink.connectors.intacct.protocol import xml
from ledgerlink.connectors.intacct.protocol.element_order import CONTROL, FUNCTIONS, LOGIN
from ledgerlink.connectors.intacct.protocol.xml import ANY, Element, Value
from ledgerlink.connectors.shared.errors import stopped
from ledgerlink.domain.model.logins import Login, Session

MAX_FUNCTIONS = 100
"""Functions of one request; the gateway runs a request for 15 minutes at most."""


@dataclass(frozen=True, slots=True)
class Sender:
    """The application's own Web Services credentials: `sender_id` and `sender_password`."""

    id: str
    password: str = field(repr=False)

    @classmethod
    def of(cls, credentials: Mapping[str, str]) -> "Sender":
        """The sender with these credentials. Raises LedgerStopped when one is missing."""
        missing = [name for name in ("sender_id", "sender_password") if not credentials.get(name)]
        if missing:
            raise stopped(f"the application's credentials lack {' and '.join(missing)}")
        return cls(credentials["sender_id"], credentials["sender_password"])


@dataclass(frozen=True, slots=True)
class Function:
    """One function of a request."""

    control_id: str
    """In a request with `uniqueid` the same id is carried out only once."""
    name: str
    content: Value = ""

    def to_xml(self) -> Element:
        """The function as XML. Raises KeyError for an element that it cannot have."""
        node = xml.element("function", {"@controlid": self.control_id})
        node.append(xml.element(self.name, self.content, FUNCTIONS.get(self.name, ANY)))
        return node


@dataclass(frozen=True, slots=True)
class Call:
    """Functions that are sent in one request. The same call always has the same bytes."""

    control_id: str
    functions: Sequence[Function]
    writes: bool = False
    """Whether the ledger stores something."""
    atomic: bool = False
    """Whether all functions must succeed or none."""
    divisible: bool = False
    """Whether the functions may be sent in several calls."""
    repeatable: bool = True
    """Whether the gateway may carry it out a second time without harm."""


def envelope(sender: Sender, call: Call, who: Login | Session) -> bytes:
    """The request as bytes, authenticated by a session or by user and password."""
    root = xml.element("request")
    root.append(xml.element("control", _control(sender, call), CONTROL))
    operation = xml.element("operation", {"@transaction": "true" if call.atomic else "false"})
    authentication = xml.element("authentication")
    authentication.append(_credentials(who))
    content = xml.element("content")
    content.extend([function.to_xml() for function in call.functions])
    operation.extend([authentication, content])
    root.append(operation)
    return xml.serialize(root)


def _control(sender: Sender, call: Call) -> dict[str, Value]:
    return {
        "senderid": sender.id,
        "password": sender.password,
        "controlid": call.control_id,
        "uniqueid": "true" if call.writes else "false",
        "dtdversion": "3.0",
        "includewhitespace": "false",
    }


def _credentials(who: Login | Session) -> Element:
    if isinstance(who, Session):
        return xml.element("sessionid", who.id)
    login = {"userid": who.user_id, "companyid": who.company_id, "password": who.password}
    return xml.element("login", {**login, "locationid": who.entity}, LOGIN)
