"""Functions carried out in order: alone, or all together or none."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from local.sandboxes.intacct.api_functions import HANDLERS
from local.sandboxes.intacct.api_functions.answer import Answer, child, data
from local.sandboxes.intacct.api_functions.call import Call, text_of
from local.sandboxes.intacct.api_functions.legacy_writes import OBJECTS
from local.sandboxes.intacct.engine.context import API_OPERATIONS, Context
from local.sandboxes.intacct.grammar.models import GENERIC
from local.sandboxes.intacct.protocol.errors import (
    Problem,
    Refusal,
    SignInRefusal,
    broken,
    forbidden,
    rolled_back,
    unprocessed,
    unsubscribed,
)
from local.sandboxes.intacct.sandbox import Sandbox
from local.sandboxes.intacct.settings import Settings
from local.sandboxes.intacct.traffic.control_ids import repeated
from local.sandboxes.intacct.traffic.journal import Note
from local.sandboxes.intacct.web.envelope import Control, Operation, Result
from local.sandboxes.intacct.web.signing_in import Identity, check_entity

log = logging.getLogger(__name__)
ENDPOINT: Final = "/pod/ia/xml/xmlgw.phtml"
PIECEMEAL: Final = frozenset({"create", "update", "delete"})
USUAL_PAGE: Final = 100
OFFLINE: Final = "The Service is Temporarily Off-line"


class RolledBack(Exception):
    """One function of a transaction failed."""


@dataclass(slots=True)
class Run:
    """One operation under way. `base` is the address that the sandbox was reached at; `stop_after`
    the number of functions after which the server dies, None if it does not."""

    sandbox: Sandbox
    control: Control
    identity: Identity
    operation: Operation
    base: str
    stop_after: int | None = None
    notes: list[Note] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return self.sandbox.settings_of(self.identity.company.id)

    def carry_out(self) -> list[Result]:
        if self.operation.transaction:
            self._together()
        else:
            self._functions()
        return self.results

    def settle(self) -> None:
        """Uses up the control ids of what was done."""
        for result in self.results:
            self._remember(result)

    def _together(self) -> None:
        try:
            with self.identity.company.attempt():
                self._functions()
                died = self.stop_after is not None
                if died or any(result.status != "success" for result in self.results):
                    raise RolledBack
        except RolledBack:
            self._abort()

    def _functions(self) -> None:
        for number, (controlid, element) in enumerate(self.operation.functions):
            if self.stop_after is not None and number >= self.stop_after:
                return
            result = self._function(controlid, element)
            self.results.append(result)
            if self.operation.transaction and result.status != "success":
                return

    def _abort(self) -> None:
        """Earlier and later functions are aborted; the one that failed says why as well."""
        settings = self.settings
        for result in self.results:
            if result.status == "success":
                result.status, result.answer = "aborted", Answer()
            else:
                result.status = settings.failed_status
                result.answer = Answer()
            result.problems = (*result.problems, rolled_back())
        done = len(self.results)
        if settings.after_failure == "aborted":
            for controlid, element in self.operation.functions[done:]:
                self.results.append(
                    Result("aborted", str(element.tag), controlid, problems=(rolled_back(),))
                )

    def _remember(self, result: Result) -> None:
        settings, sandbox = self.settings, self.sandbox
        done = result.status == "success" or settings.failures_use_up_ids
        if self.control.uniqueid and done:
            now = sandbox.clock.now()
            sender, company = self.identity.sender, self.identity.company.id
            sandbox.controlids.remember(sender, company, result.controlid, now, settings)

    def _function(self, controlid: str, element: etree._Element) -> Result:
        """Never raises; what nobody expected is logged and undone."""
        name = str(element.tag)
        note = Note(name, controlid)
        self.notes.append(note)
        result = Result("success", name, controlid)
        facts = facts_of(self.control, self.identity, controlid, element)
        try:
            result.answer = self._done(controlid, element, note, facts)
            self._fail(facts, "after", note)
        except Refusal as refusal:
            result.status, result.problems = "failure", refusal.problems
            result.answer = Answer(refusal.data)
        except Exception:
            log.exception("function %s failed", name)
            result = Result("failure", name, controlid, problems=unprocessed().problems)
        note.status = result.status
        if result.problems:
            note.errorno, note.error = result.problems[0].errorno, result.problems[0].text
        return result

    def _done(
        self, controlid: str, element: etree._Element, note: Note, facts: dict[str, str]
    ) -> Answer:
        """Raises Refusal: then nothing was done, or what a function of many objects could do."""
        with self.identity.company.attempt():
            try:
                return self._answer(controlid, element, note, facts)
            except Refusal as refusal:
                if note.function not in PIECEMEAL:
                    raise
                partly = refusal
        raise partly

    def _answer(
        self, controlid: str, element: etree._Element, note: Note, facts: dict[str, str]
    ) -> Answer:
        """Raises Refusal."""
        self._once(controlid)
        if self.control.dtdversion == "2.1" and note.function in GENERIC:
            raise Refusal(Problem("XL03000009", f"Function {note.function} needs dtdversion 3.0"))
        self._fail(facts, "before", note)
        if note.function == "getAPISession":
            return self._session(element)
        return HANDLERS[note.function](self._call(note), element)

    def _once(self, controlid: str) -> None:
        """Raises Refusal for a control id that was used up, before or within this request."""
        if not self.control.uniqueid or self.settings.uniqueid == "ignored":
            return
        settings, sandbox = self.settings, self.sandbox
        sender, company = self.identity.sender, self.identity.company.id
        now = sandbox.clock.now()
        sandbox.controlids.refuse_repeat(sender, company, controlid, now, settings)
        if any(r.controlid == controlid and r.status == "success" for r in self.results):
            raise repeated(controlid, settings)

    def _call(self, note: Note) -> Call:
        identity, sandbox = self.identity, self.sandbox
        context = Context(
            identity.company,
            self.settings,
            sandbox.clock,
            identity.sender,
            identity.user,
            identity.entity,
            note=note,
        )
        return Call(context, sandbox.cursors, identity.session.id if identity.session else "")

    def _fail(self, facts: dict[str, str], when: str, note: Note) -> None:
        """Raises Refusal if a failure on demand meets this function."""
        hit = self.sandbox.injections.for_function(facts, when)
        if hit is None:
            return
        note.injected = hit.name
        if hit.action == "permission":
            raise forbidden(operation_of(facts["function"]), facts["object"])
        if hit.action == "unsubscribed":
            raise unsubscribed(operation_of(facts["function"]), facts["object"])
        if hit.action == "object_missing":
            words = f"Object definition {facts['object'].upper()} not found"
            legacy = facts["function"] == "readByQuery"
            number = "Query Failed" if legacy else self.settings.bad_object_errorno
            raise Refusal(Problem(number, words))
        if hit.action == "offline":
            raise broken(OFFLINE)
        if hit.action == "read_error":
            raise unprocessed()
        raise Refusal(Problem(hit.errorno, hit.text, correction=hit.correction))

    def _session(self, element: etree._Element) -> Answer:
        """A session at the level asked for: where one is, it goes on; elsewhere another starts."""
        sandbox, identity = self.sandbox, self.identity
        wanted = element.findtext("locationid")
        entity = identity.entity if wanted is None else wanted.strip()
        try:
            check_entity(identity.company, entity, identity.user)
        except SignInRefusal as refusal:
            raise Refusal(refusal.problem) from refusal
        session = identity.session
        expires = sandbox.clock.now() + self.settings.session_seconds
        if session is None or (entity != session.entity and self.settings.switch_new_session):
            session = sandbox.sessions.open(
                identity.sender, identity.company.id, identity.user, entity, expires, ENDPOINT
            )
        session.entity, session.expires = entity, expires
        made = data()
        api = child(made, "api")
        child(api, "sessionid", session.id)
        child(api, "endpoint", f"{self.base}{ENDPOINT}")
        child(api, "locationid", entity)
        return Answer(made)


def operation_of(function: str) -> str:
    """What the gateway calls the operation of a function: CREATE, or QUERY."""
    verb = function.partition("_")[0].upper()
    return API_OPERATIONS.get(function, "CREATE" if verb == "RECORD" else verb)


def _rows(element: etree._Element) -> int:
    """How many rows a function asks for in one page; 0 if it asks for none."""
    if element.tag not in ("query", "readByQuery"):
        return 0
    asked = text_of(element, "pagesize")
    return int(asked) if asked.isascii() and asked.isdigit() else USUAL_PAGE


def facts_of(
    control: Control, identity: Identity | None, controlid: str, element: etree._Element
) -> dict[str, str]:
    """What a failure on demand can be matched with."""
    named = element.get("object") or text_of(element, "object")
    function = str(element.tag)
    about = OBJECTS.get(function) or (str(element[0].tag) if len(element) else "")
    return {
        "function": function,
        "object": named or about,
        "rows": str(_rows(element)),
        "controlid": controlid,
        "request_controlid": control.controlid,
        "sender": control.senderid,
        "company": identity.company.id if identity else "",
        "user": identity.user if identity else "",
        "entity": identity.entity if identity else "",
    }
