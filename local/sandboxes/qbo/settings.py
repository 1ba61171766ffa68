"""Every switch of the sandbox. What the fact sheet marks unverified is a setting here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from local.sandboxes.common import settings

# What a setting of words may be, the default first.
CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "throttle_format": ("xml", "json"),
    "requestid": ("honoured", "ignored", "fault"),
    "requestid_other_body": ("replay", "fault"),
    "projection": ("fields", "full"),
    "default_order": ("sheet", "newest"),
    "naive_datetimes": ("pacific", "utc"),
    "inactive_reference_code": ("610", "2500"),
    "duplicate_name_detail": ("id", "null", "text"),
    "duplicate_doc_numbers": ("fault", "allow"),
    "time_link_id": ("id", "timecharge", "either"),
    "cdc_unsupported": ("fault", "omit"),
    "cdc_inactive": ("object", "stub"),
    "default_format": ("xml", "json"),
    "account_on_line": ("any", "checked"),
    "missing_item": ("default", "fault"),
    "negative_lines": ("refuse", "total"),
    "expense_billable_default": ("NotBillable", "Billable"),
    "invoiced_charge_update": ("refuse", "line", "allow"),
    "paid_documents": ("allow", "refuse"),
    "time_links": ("accept", "refuse", "ignore"),
    "default_line_tax": ("NON", "item"),
    "tax_calculation_missing": ("fault", "TaxExcluded", "TaxInclusive", "NotApplicable"),
    "tax_total_mismatch": ("refuse", "honour", "own"),
    "tax_rounding": ("document", "line"),
    "inclusive_amount": ("net", "gross"),
    "foreign_currency_when_off": ("refuse", "ignore"),
    "purchase_account_currency": ("equal", "home"),
    "rate_without_day": ("earlier", "none"),
    "attachable_ref_query": ("thin", "full"),
    "content_types": ("checked", "any"),
}


@dataclass(frozen=True, slots=True)
class Settings(settings.Settings):
    CHOICES: ClassVar = CHOICES
    VARIABLE: ClassVar = "SANDBOX_SETTINGS_QBO"
    SHARED: ClassVar = settings.Settings.SHARED | {"client_id", "client_secret", "upload_limit"}

    # limits
    requests_per_minute: int = 500
    batches_per_minute: int = 40
    realm_batches_per_minute: int = 120
    requests_per_second: int = 10
    concurrent_requests: int = 10
    throttle_format: str = "xml"
    retry_after: int | None = None
    batch_limit: int = 30
    query_page_limit: int = 1000
    cdc_page_limit: int = 1000
    core_plus_limit: int | None = None
    # merging
    merge_keeps_loser: bool = False
    merge_in_cdc: bool = False
    merge_touches_survivor: bool = False
    # latency
    single_ms: float = 120.0
    query_ms: float = 150.0
    batch_ms: float = 120.0
    batch_item_ms: float = 15.0
    # tokens
    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-secret"  # noqa: S105 - a published default of a local sandbox
    access_seconds: int = 3600
    refresh_seconds: int = 8_726_400
    hard_refresh_seconds: int = 157_680_000
    code_seconds: int = 300
    rotation: bool = True
    refresh_overlap_seconds: int = 86_400
    reconnect_invalidates: bool = False
    # requestid
    requestid: str = "honoured"
    requestid_keep: int | None = None
    requestid_seconds: int | None = None
    requestid_other_body: str = "replay"
    requestid_store_faults: bool = False
    # unverified behaviour, one switch each
    also_filterable: tuple[str, ...] = ()
    sku_needs_projection: bool = False
    projection: str = "fields"
    default_order: str = "sheet"
    naive_datetimes: str = "pacific"
    inactive_reference_code: str = "610"
    duplicate_name_detail: str = "id"
    duplicate_doc_numbers: str = "fault"
    names_case_sensitive: bool = False
    names_unique_per_parent: bool = True
    unsuffix_on_reactivation: bool = False
    vendor_term_ignored_on_create: bool = True
    feature_off_code: str = "5030"
    closed_books_code: str = "6210"
    closed_books_cover_time: bool = True
    billed_time_code: str = "6000"
    billable_status_writable: bool = True
    time_sparse_update: bool = True
    time_link_id: str = "id"
    time_charge_on_nonbillable: bool = False
    other_name_quirk: bool = False
    unbill_on_delete: bool = True
    billable_without_customer_code: str = "6000"
    wrong_account_code: str = "6430"
    account_on_line: str = "any"
    purchase_item_needs_account: bool = False
    purchase_types_of_schema: bool = False
    missing_item: str = "default"
    negative_lines: str = "refuse"
    discount_needs_preference: bool = False
    duplicate_bills_per_vendor: bool = False
    duplicate_purchase_types: tuple[str, ...] = ("Cash", "Check", "CreditCard")
    duplicate_names_kind: bool = False
    custom_field_limit: int = 31
    payment_ref_limit: int = 21
    expense_billable_writable: bool = True
    expense_billable_default: str = "NotBillable"
    invoiced_charge_update: str = "refuse"
    paid_documents: str = "allow"
    time_links: str = "accept"
    default_line_tax: str = "NON"
    tax_calculation_missing: str = "fault"
    tax_total_mismatch: str = "refuse"
    tax_tolerance: float = 0.02
    tax_rounding: str = "document"
    inclusive_amount: str = "net"
    foreign_currency_when_off: str = "refuse"
    purchase_account_currency: str = "equal"
    rate_without_day: str = "earlier"
    attaching_touches: bool = False
    attachable_ref_query: str = "thin"
    content_types: str = "checked"
    upload_limit: int = 100 * 1024 * 1024
    cdc_unsupported: str = "fault"
    cdc_inactive: str = "object"
    default_format: str = "xml"
    # webhooks
    webhook_delay_seconds: float = 1.0
    webhook_attempts: int = 8
    # Real seconds, because a subscriber's clock is not scaled.
    webhook_answer_seconds: float = 3.0
