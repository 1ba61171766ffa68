"""The codes of requests that are refused: when each is answered. `docs/errors.md` lists them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """A code of problem documents."""

    status: int
    when: str


REFUSALS: Mapping[str, Refusal] = {
    code: Refusal(status, when)
    for code, status, when in (
        # The request itself
        ("broken_json", 400, "The body is not JSON. The detail gives line and column."),
        ("not_utf8", 400, "The body, or a notification, is not encoded in UTF-8."),
        ("body_too_large", 413, "The body is larger than 5 MB. Upload the records instead."),
        ("wrong_media_type", 415, "The body has no Content-Type, or another one than the route."),
        ("no_route", 404, "The API has no such address."),
        ("wrong_method", 405, "The address does not take this method, but those in Allow."),
        (
            "invalid_request",
            422,
            "Values are missing, unknown or malformed, at the places in errors.",
        ),
        ("unknown_parameter", 422, "The address has no query parameter of this name."),
        ("bad_cursor", 422, "The cursor is not one that an earlier page gave."),
        (
            "internal",
            500,
            "Something failed on our side. A repeat does nothing twice.",
        ),
        # Who asks
        ("no_token", 401, "The request has no token in the header Authorization."),
        ("token_expired", 401, "The token has expired."),
        ("token_invalid", 401, "The token is damaged, forged, or of another issuer or audience."),
        ("issuer_unavailable", 503, "The keys that tokens are checked with cannot be read."),
        ("token_incomplete", 403, "The token lacks the firm, the user or the expiry."),
        ("scope_missing", 403, "The token lacks the scope that the request needs."),
        ("kind_not_allowed", 403, "The token may not post records of this kind."),
        ("not_yours", 403, "Somebody else started the import, and you are no administrator."),
        # Two at once
        ("version_differs", 412, "If-Match names another version than the newest one."),
        ("changed_meanwhile", 409, "Others kept changing the same thing at the same moment."),
        ("resumed_already", 409, "Somebody else changed, resumed or interrupted the run."),
        ("schedule_busy", 409, "The schedule of the connection keeps changing."),
        ("idempotency_key_reused", 409, "The Idempotency-Key was used with other content."),
        # Connections
        ("unknown_ledger", 422, "There is no such ledger."),
        ("no_connection", 404, "The firm has no such connection."),
        ("not_connected", 409, "Nobody has authorised the connection yet."),
        ("disconnected", 409, "The connection is disconnected."),
        ("needs_reconnect", 409, "The ledger no longer accepts our authorisation."),
        ("has_history", 409, "A connection that has had a company cannot be deleted."),
        ("too_many_connections", 409, "Too many connections wait for a consent nobody has given."),
        ("company_already_connected", 409, "Another connection has the company."),
        ("other_company", 409, "The connection is for another company."),
        ("company_refused", 422, "The consent does not open the company that was named."),
        ("wrong_company_id", 422, "What the ledger sent back is not the id of a company."),
        ("unknown_state", 422, "The consent is unknown, was used already, or is another ledger's."),
        ("consent_too_old", 422, "The consent was not given within ten minutes."),
        ("consent_ended", 422, "The connection was disconnected after the consent was asked for."),
        ("consent_refused", 422, "The ledger does not accept the consent's code."),
        ("tokens_being_deleted", 409, "The former authorisation is still being deleted."),
        ("login_needed", 422, "Users of this ledger sign in with a login."),
        ("no_login", 422, "Users of this ledger give consent in the browser."),
        ("wrong_login", 422, "Fields of the login are missing or malformed."),
        ("login_refused", 422, "The ledger refuses the login."),
        # Settings and rules
        ("invalid_settings", 422, "Some settings cannot be used; none was changed."),
        ("wrong_posting", 422, "Some settings for time cannot be used."),
        ("wrong_expenses", 422, "Some settings for expenses cannot be used."),
        ("wrong_invoices", 422, "Some settings for invoices cannot be used."),
        ("posting_off", 409, "By its settings the connection only brings lists in."),
        ("syncing_off", 409, "By its settings the connection only posts."),
        ("no_rule_kind", 404, "There are no rules of this kind."),
        ("wrong_rule", 422, "Some rules cannot be used; none was set."),
        ("person_already_linked", 409, "Two users would be linked to one person."),
        # Posts and runs
        ("no_run", 404, "The connection has no such run, or it was a sync that has expired."),
        ("items_expired", 410, "The items of the run were deleted because of their age."),
        ("changes_expired", 410, "The changes after the cursor were deleted because of their age."),
        ("resume_expired", 409, "The run has rested so long that its items are deleted soon."),
        ("undo_expired", 409, "The import is too old to be undone."),
        ("no_upload", 404, "Nothing was uploaded under this id, or the upload has expired."),
        ("upload_changing", 409, "The upload is being written at the moment."),
        ("unreadable_upload", 422, "The upload is damaged or too large."),
        ("too_many_records", 422, "More records than one preview takes."),
        ("not_parked", 409, "Only a parked or interrupted run can be resumed."),
        ("not_cancelled", 409, "The run is not one that can be cancelled now."),
        # Imports
        ("no_import", 404, "The connection has no such import, or it is somebody else's draft."),
        ("invalid_import", 422, "The import cannot be created from this."),
        ("not_changed", 409, "The import can no longer be changed."),
        ("not_planned", 409, "The import cannot be planned now."),
        ("not_started", 409, "The import cannot be started now."),
        ("not_interrupted", 409, "The import cannot be interrupted now."),
        ("not_discarded", 409, "The import can no longer be discarded."),
        ("not_undoable", 409, "The import cannot be undone."),
        ("plan_changed", 409, "There is a newer plan than the one that was reviewed."),
        ("too_many_days", 422, "More days than one reconciliation takes."),
        # Lists
        ("no_list_type", 404, "The ledger has no such list."),
        ("no_record", 404, "The list has no such record."),
        ("no_list", 422, "No list is named."),
        ("unknown_list", 422, "The ledger has no list of this name."),
        ("range_needed", 422, "This list is read for a range of days."),
        ("range_unused", 422, "These lists are not read for a range of days."),
        ("range_wrong", 422, "The range ends before it begins."),
        ("range_too_long", 422, "The range has more days than are possible."),
        # Notifications of ledgers
        ("notification_too_large", 413, "A notification is larger than 1 MB."),
        ("unreadable_notification", 400, "A notification is not in the ledger's form."),
        ("wrong_signature", 401, "A notification is not signed by the ledger."),
        ("webhook_not_set_up", 401, "No verifier token is stored for the ledger."),
        ("no_notices", 401, "This ledger sends no notifications."),
        # The ledger
        ("ledger_unavailable", 502, "The ledger cannot be reached or is busy."),
        ("ledger_stopped", 502, "The ledger accepts no changes until a person acts there."),
        ("records_restored", 502, "Ledgerlink's records are older than what it has posted."),
        ("no_permission", 502, "The ledger's user may not do or see what the request needs."),
        ("not_subscribed", 502, "The company lacks a subscription that the request needs."),
        ("list_unreadable", 502, "The ledger does not show a list that the request needs."),
    )
}


def anchor(code: str) -> str:
    """The place of a reason on the page of codes. Some codes are also those of refused requests."""
    return f"reason-{code}" if code in REFUSALS else code
