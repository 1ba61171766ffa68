"""Every switch of the sandbox. What the fact sheet marks unverified is a setting here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from local.sandboxes.common import settings

# What a setting of words may say.
CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "uniqueid": ("honoured", "ignored", "fault"),
    "duplicate_scope": ("company", "sender", "everywhere"),
    "bad_login": ("operation", "control_401"),
    "busy_answer": ("429", "operation"),
    "after_failure": ("aborted", "left_out"),
    "failed_status": ("aborted", "failure"),
    "session_bound": ("first_too", "alone", "anywhere"),
    "bad_sender": ("control", "gw0011"),
    "refused_fields": ("listed", "one", "plain"),
    "audit_keys": ("rec", "bare"),
    "header_text": ("kept", "one_line"),
    "odd_names": ("fault", "broken"),
    "bill_numbers": ("required", "sequenced", "optional"),
    "times_zone": ("utc", "pacific"),
    "unknown_fields": ("ignore", "refuse"),
    "overlong": ("refuse", "truncate"),
    "lengths": ("reference", "dtd"),
    "oversize_answer": ("400", "413"),
    "undefined_order": ("creation", "scrambled"),
    "aggregate_names": ("function", "field"),
    "timesheet_period": ("refuse", "allow"),
    "timesheet_duplicates": ("refuse", "allow"),
    "timesheet_headers": ("allow", "refuse"),
    "timesheet_entry_keys": ("keep", "renew"),
    "timesheet_accounts": ("check", "ignore"),
    "duplicate_numbers": ("refuse", "allow"),
}


# What a request meets before the sandbox knows its company.
SHARED: Final = frozenset(
    {
        "sender_id",
        "sender_password",
        "user_id",
        "user_password",
        "bad_login",
        "bad_sender",
        "requests_per_minute",
        "request_bytes",
        "oversize_answer",
        "transport_policies",
    }
)


@dataclass(frozen=True, slots=True)
class Settings(settings.Settings):
    CHOICES: ClassVar = CHOICES
    VARIABLE: ClassVar = "SANDBOX_SETTINGS_INTACCT"
    SHARED: ClassVar = settings.Settings.SHARED | SHARED

    # the sender everybody may use, and what a new company is opened with
    sender_id: str = "sandbox-sender"
    sender_password: str = "sender-secret"  # noqa: S105 - a published default of a local sandbox
    user_id: str = "sandbox-user"
    user_password: str = "user-secret"  # noqa: S105 - likewise
    # sessions
    session_seconds: int = 1800
    session_slides: bool = True
    session_bound: str = "first_too"
    switch_new_session: bool = True
    bad_login: str = "operation"
    bad_sender: str = "control"
    # limits
    concurrent_requests: int = 2
    queue_seconds: float = 30.0
    busy_answer: str = "429"
    requests_per_minute: int | None = None
    server_seconds: float = 900.0
    work_survives_limit: bool = True
    keys_limit: int = 100
    objects_limit: int | None = None
    functions_limit: int | None = None
    query_page_limit: int = 2000
    read_page_limit: int = 1000
    values_limit: int = 1000
    request_bytes: int | None = None
    oversize_answer: str = "400"
    transport_policies: tuple[str, ...] = ()
    # latency
    request_ms: float = 150.0
    function_ms: float = 30.0
    object_ms: float = 5.0
    # uniqueid and transactions
    uniqueid: str = "honoured"
    duplicate_errorno: str = "XL03000008"
    duplicate_text: str = "The function with control id '{controlid}' has been processed already."
    duplicate_scope: str = "company"
    duplicate_seconds: int | None = None
    failures_use_up_ids: bool = False
    after_failure: str = "aborted"
    failed_status: str = "aborted"
    # unverified behaviour, one switch each
    create_goes_on: bool = True
    support_ids: bool = True
    times_zone: str = "utc"
    audit_keys: str = "rec"
    header_text: str = "kept"
    odd_names: str = "fault"
    unknown_fields: str = "ignore"
    overlong: str = "refuse"
    lengths: str = "reference"
    results_end_with_session: bool = False
    undefined_order: str = "creation"
    aggregate_names: str = "function"
    bad_select_errorno: str = "XL03000006"
    refused_fields: str = "listed"
    bad_filter_errorno: str = "XL03000010"
    bad_object_errorno: str = "XL03000009"
    bad_query_errorno: str = "XL03000006"
    not_queryable: tuple[str, ...] = ("ARINVOICE.INVOICENO", "ARINVOICE.DATECREATED")
    legacy_reads_show_private: bool = True
    timesheet_period: str = "refuse"
    timesheet_duplicates: str = "refuse"
    timesheet_headers: str = "allow"
    timesheet_entry_keys: str = "keep"
    timesheet_accounts: str = "check"
    timesheet_reads_show_entries: bool = True
    submitted_timesheets_editable: bool = False
    duplicate_numbers: str = "refuse"
    bill_numbers: str = "required"
    unit_required: bool = False
    negative_card_amounts: bool = True
    so_edit_renews_invoice: bool = True
    payment_touches_invoice: bool = True
    contact_touches_owner: bool = False
    used_records_deletable: bool = False
