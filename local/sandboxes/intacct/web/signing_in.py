"""Who asks: sender, company, user or session, and the entity."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from local.sandboxes.intacct.api_functions.call import text_of
from local.sandboxes.intacct.auth.sessions import Session
from local.sandboxes.intacct.books.company import Company
from local.sandboxes.intacct.protocol.errors import ControlRefusal, Problem, SignInRefusal
from local.sandboxes.intacct.protocol.timestamps import iso
from local.sandboxes.intacct.sandbox import Sandbox
from local.sandboxes.intacct.web.envelope import Control, SignedIn

FIRST_ADDRESS = "/ia/xml/xmlgw.phtml"
AUTH = "XL03000006"
WRONG = "Sign-in information is incorrect"


@dataclass(slots=True)
class Identity:
    """Somebody who signed in; `session` is None for a login that has none yet."""

    sender: str
    company: Company
    user: str
    entity: str
    session: Session | None = None


def check_sender(sandbox: Sandbox, control: Control) -> None:
    """Raises ControlRefusal: empty values, wrong partner, wrong version."""
    known = sandbox.senders.get(control.senderid) == control.password
    hidden = not known and sandbox.settings.bad_sender == "gw0011"
    if hidden or not control.senderid or not control.controlid or len(control.controlid) > 256:
        problem = Problem("GW-0011", description="Invalid Request [Request ID: AC470000SANDBOX]")
        raise ControlRefusal(problem, status=400, readable=False)
    if not known:
        raise ControlRefusal(Problem(AUTH, "Incorrect Intacct XML Partner ID or password."))
    if control.dtdversion not in ("2.1", "3.0"):
        words = f"XML Parse schema error: dtdversion {control.dtdversion} is not supported."
        raise ControlRefusal(Problem("XL03000003", words))


def sign_in(sandbox: Sandbox, control: Control, element: etree._Element, path: str) -> Identity:
    """Raises SignInRefusal, or ControlRefusal where the company itself is shut."""
    session_id = element.findtext("sessionid")
    if session_id is not None:
        identity = _by_session(sandbox, control, session_id.strip(), path)
    else:
        identity = _by_login(sandbox, control, element)
    _authorized(control, identity.company, identity.user)
    settings = sandbox.settings_of(identity.company.id)
    if settings.session_slides and identity.session is not None:
        identity.session.expires = sandbox.clock.now() + settings.session_seconds
    return identity


def _by_session(sandbox: Sandbox, control: Control, session_id: str, path: str) -> Identity:
    session = sandbox.sessions.find(session_id, control.senderid, sandbox.clock.now())
    elsewhere = session is not None and not _answers(sandbox, session, path)
    if session is None or elsewhere or session.company not in sandbox.companies:
        raise SignInRefusal(Problem(AUTH, f"Invalid session {session_id[:1] or 'q'}...."))
    company = sandbox.companies[session.company]
    return Identity(control.senderid, company, session.user, session.entity, session)


def _answers(sandbox: Sandbox, session: Session, path: str) -> bool:
    """Whether a session works at this address."""
    bound = sandbox.settings.session_bound
    if bound == "anywhere" or session.endpoint == path:
        return True
    return bound == "first_too" and path == FIRST_ADDRESS


def _by_login(sandbox: Sandbox, control: Control, element: etree._Element) -> Identity:
    login = element.find("login")
    userid = text_of(element, "login/userid")
    name, entity = _company_and_entity(element)
    company = sandbox.companies.get(name)
    user = company.users.get(userid) if company else None
    password = login.findtext("password") if login is not None else None
    if company is None or user is None or user.password != password:
        if sandbox.settings.bad_login == "control_401":
            words = f"{WRONG}. Please check your request."
            raise ControlRefusal(Problem("XMLGW_JPP0002", words), status=401)
        raise SignInRefusal(Problem(AUTH, WRONG), userid, name)
    check_entity(company, entity, userid)
    return Identity(control.senderid, company, userid, entity)


def _company_and_entity(element: etree._Element) -> tuple[str, str]:
    """A user of a console writes `console|client|entity` or names the client apart."""
    console, *more = text_of(element, "login/companyid").split("|")
    name = more[0] if more else text_of(element, "login/clientid") or console
    entity = more[1] if len(more) > 1 else text_of(element, "login/locationid")
    return name, entity


def check_entity(company: Company, entity: str, userid: str) -> None:
    """Raises SignInRefusal for a location that is no active entity."""
    if not entity:
        return
    record = company.find("LOCATIONENTITY", entity)
    if record is None or record.values.get("STATUS") != "active" or not company.multi_entity:
        problem = Problem(AUTH, f"The location '{entity}' is invalid.")
        raise SignInRefusal(problem, userid, company.id)


def _authorized(control: Control, company: Company, userid: str) -> None:
    if company.expired:
        words = "This company is a demo company and has expired."
        raise ControlRefusal(Problem("PL04000055", words))
    if not company.web_services:
        words = "This company is not authorized for XML transactions."
        raise ControlRefusal(Problem(AUTH, f"{words} Please subscribe to the XML Gateway."))
    if control.senderid not in company.senders:
        words = (
            f"The sender ID '{control.senderid}' is not authorized to make Web Services requests "
            f"to company ID '{company.id}'."
        )
        correction = (
            "Contact the company administrator to grant Web Services authorization to this "
            "sender ID."
        )
        problem = Problem(AUTH, words, "Invalid Web Services Authorization", correction)
        raise SignInRefusal(problem, userid, company.id)


def signed_in(sandbox: Sandbox, identity: Identity) -> SignedIn:
    """The authentication block; its times are those of the wall clock."""
    now, wall = sandbox.clock.now(), sandbox.clock.wall()
    session = identity.session
    seconds = sandbox.settings_of(identity.company.id).session_seconds
    expires = session.expires if session else now + seconds
    timeout = wall + (expires - now) / sandbox.clock.scale
    return SignedIn(
        "success", identity.user, identity.company.id, identity.entity, iso(wall), iso(timeout)
    )
