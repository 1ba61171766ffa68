"""Every reason that an item can carry, as data: words and remedy for the person who must act."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item ended as it did, and what to do about it. `field` is a field of the record."""

    code: str
    message: str
    remedy: str
    field: str | None = None


class Blocked(Exception):
    """The record cannot be posted until a person acts."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.message)
        self.reason = reason


class Skipped(Exception):
    """The record is not to be posted, because a rule or a setting says so."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Template:
    """Words with places in braces, filled by `reason`."""

    message: str
    remedy: str


REASONS: dict[str, Template] = {
    # Before anything is sent
    "invalid_record": Template("{detail}", "Correct {field} in the time-tracking product and post the record again."),
    "duplicate_key": Template("The key {key} occurs {count} times in this post.", "Give each record its own key and post it again."),
    "no_rule": Template("There is no rule for {kind} {key}.", "Set a rule for it (link, create or skip) and post again."),
    "skipped_by_rule": Template("The rule for {kind} {key} says skip.", "Change the rule if this should be posted."),
    "rule_incomplete": Template("The rule for {kind} {key} lacks {field}.", "Complete the rule and post again."),
    "came_from_ledger": Template("The record came in from the ledger's time history.", "Nothing to do; the ledger has it."),
    "missing_customer": Template("Billable time needs a project, and this record has none.", "Name a project or mark the record as not billable."),
    "missing_rate": Template("Billable time needs an hourly rate; neither the record nor labor code {key} has one.", "Give the record a bill_rate or the labor code's rule a rate."),
    "not_approved": Template("The record is {state}, not approved.", "Approve it in the time-tracking product and post it again."),
    "rounded_away": Template("Rounded as the settings say, nothing is left of {minutes} minutes.", "Choose a smaller step or another rounding if it should be posted."),
    "day_too_long": Template("Together the entries that become this activity make {minutes} minutes, more than a day has.", "Correct the entries, or post them one by one with a text of their own."),
    "carried": Template("It is part of an activity that an import wrote for several entries.", "Import the period again instead of posting the record."),
    "undo_begun": Template("Its undo has begun; what was left of it is not written.", "Import the period again if it should be written."),
    "member_blocked": Template("Record {key}, which is part of the same document, cannot be posted now; what is in the ledger stays as it is.", "See the reason at {key}, mend it and post or import both again."),
    "payroll_on": Template("Employee {name} cannot be created here: payroll is on in the ledger.", "Add the employee in the ledger's payroll and link the rule to them."),
    "text_too_long": Template("The text is {length} characters long; the ledger holds {limit}.", "Shorten {field} and post the record again."),
    "text_cut": Template("The text is {length} characters long; its first {limit} are posted.", "Shorten {field} if all of it should be seen in the ledger."),
    "control_characters": Template("{field} holds control characters, first at position {position}.", "Remove them and post the record again."),
    "closed_period": Template("{day} lies in a closed period; the books are closed through {closed}.", "Reopen the period in the ledger, or change the date, and post again."),
    "moved_date": Template("{day} lies in a closed period; it is posted on {posted}, with the true date in the text.", "Nothing to do, unless it should have waited."),
    "foreign_currency": Template("The customer is invoiced in {currency}; the hourly rate is taken as {home}.", "Nothing to do if the rate is meant so; else link the project to a customer in {home}."),
    "kind_not_allowed": Template("The token does not allow {user} to post records of the kind {kind}.", "Ask for a token that may post them, or have somebody post them who may."),
    "undeletable": Template("The record is not in the ledger, so there is nothing to remove.", "Nothing to do."),
    "incomplete": Template("In the ledger it is one document with {keys}, which this post does not say anything of.", "Post all of its records together; say of those that are gone that they are deleted."),
    "too_many_lines": Template("{count} records would become one document; {limit} is the most.", "Choose another group_by or a shorter period in the connection's settings, or split the report."),
    "missing_account": Template("The settings do not say which account {use}.", "Choose {setting} in the connection's settings and post again."),
    "not_chosen": Template("The settings do not say {what}.", "Choose {setting} in the connection's settings and post again."),
    "payables_of_currency": Template("It is in {currency}, so it is owed in the payables account of that currency, {account}.", "Nothing to do."),
    "wrong_account": Template("Account {account} is not {wanted}.", "Choose another account in {setting} and post again."),
    "missing_client": Template("An invoice needs a client or a project, and this record names none.", "Give the record a client_key or a project_key."),
    "missing_item": Template("The line has neither a labor code nor an expense code that leads to an item.", "Give the line a code, or choose invoices.item_id in the connection's settings."),
    "catch_all_used": Template("There is no rule for {kind} {key}; as the settings say, the catch-all vendor stands in.", "Nothing to do, or set a rule for it and post again."),
    "refund_of_own": Template("A refund can only be of a company card.", "Correct paid_with or refund in the time-tracking product."),
    "missing_date": Template("The settings date documents by {policy}, and this record has no {field}.", "Give the record a date, or choose another date in the connection's settings."),
    "dated": Template("As the settings say, it is dated {day} ({policy}).", "Nothing to do."),
    "currency_differs": Template("The document is in {currency}, and {name} is kept in {other} in the ledger.", "Post it in {other}, or link to a record that is kept in {currency}."),
    "no_multi_currency": Template("The document is in {currency}, and the ledger keeps {home} alone.", "Turn multi-currency on in the ledger, or post it in {home}."),
    "currencies_unknown": Template("The document is in {currency}, and the ledger does not say {what}.", "Choose it in the ledger part of the connection's settings, or post it in the company's own currency."),
    "mixed_currencies": Template("Its records are in {currencies}; a document has one currency.", "Give them one currency, or choose to post entries one by one."),
    "mixed_people": Template("Its records are of {people}; a document pays one person.", "Correct the report, or choose to post entries one by one."),
    "mixed_rates": Template("Its records have the exchange rates {rates}; a document has one.", "Give them one rate, or choose to post entries one by one."),
    "default_card": Template("There is no rule for card {key}; as the settings say, the default card account stands in.", "Nothing to do, or set a rule for it and post again."),
    "locations_differ": Template("Its records are of several locations ({ids}), and a document has one; none is sent.", "Choose to post entries one by one if the location matters."),
    "default_dimension": Template("Neither the record nor what it is for says a {dimension}; as the settings say, it is {name}.", "Nothing to do, or give the record, its project or its person a {dimension} of their own."),
    "no_exchange_rate": Template("Nobody knows an exchange rate for {currency} on {day}.", "Give the record an exchange_rate, or enter one in the ledger."),
    "rate_from_ledger": Template("The exchange rate {rate} for {currency} on {day} is the ledger's.", "Nothing to do, or give the record an exchange_rate of its own."),
    "rate_by_ledger": Template("The document has no exchange rate for {currency}; the ledger's own of {day} is applied.", "Nothing to do, or give the record an exchange_rate of its own."),
    "missing_tax_amount": Template("The amount includes tax, and the record does not say how much.", "Give the record a tax_amount, or an amount without tax."),
    "tax_too_high": Template("The tax of {tax} is not less than the amount of {amount}.", "Correct the tax_amount."),
    "tax_by_ledger": Template("The ledger works tax out by itself; the product's tax of {tax} is not sent.", "Compare the two totals once it is posted."),
    "unbalanced": Template("Its lines and tax come to {sum}, and the record says {total}.", "Correct the lines, the tax or the total."),
    "quantity_left_out": Template("Quantity times price does not make the amount of {amount}; the amount alone is sent.", "Nothing to do."),
    "summarised": Template("As the settings say, {count} lines became {lines}.", "Nothing to do."),
    "number_left": Template("As the settings say, the ledger gives the number; {number} is in the note.", "Nothing to do."),
    "no_address": Template("It is to be mailed, and the record has no e-mail address.", "Give the record an email, or mail it from the ledger."),
    "nothing_left": Template("Rounded at its currency's smallest unit, nothing is left of {amount}.", "Correct the amount, or leave the record out."),
    "markup_not_set": Template("The ledger keeps no markup of {key}; it was posted without its {percent} %.", "Add the markup when you bill it."),
    "time_not_linked": Template("Time {keys} cannot be marked as billed in the ledger: {detail}.", "Mark it as billed in the ledger, or it may be billed twice there."),
    "no_client": Template("Nobody knows client {key}.", "Post the client first, or give the project a client_name."),
    "linked_by_rule": Template("Its rule already links it to record {ledger_id} of the ledger.", "Nothing to do, or change the rule if it should be created."),
    "receipt_missing": Template("The file {name} was not uploaded, or is kept no more.", "Upload it again and post the record with the new upload_id."),
    "receipt_too_large": Template("The file {name} has {size} bytes; {limit} is the most.", "Upload a smaller file and post the record with the new upload_id."),
    "receipt_refused": Template("The ledger does not take files like {name}: {detail}.", "Upload it as one of the types that the ledger takes."),
    "dependency_failed": Template("It needs {key}, which could not be created in the ledger.", "See the reason at {key}, mend it and post again."),
    "superseded": Template("A later run has already written this record.", "Nothing to do."),
    "overtaken": Template("Another run wrote this record after this run was planned, with other values.", "Post the record again if its values are the right ones."),
    "stays_in_ledger": Template("What stood in the ledger for it before could not be removed, so this was not written.", "See the reason at {key}, mend it and post or import again."),
    "kept_theirs": Template("Somebody changed it in the ledger after we wrote it; as the settings say, the ledger's values stay.", "Nothing to do; choose ours in the settings to write the product's values."),
    "written_since": Template("A later run wrote it again.", "Undo that run first, or correct the record in the product and import again."),
    "used_since": Template("A later run may use it, so it stays in the ledger.", "Undo the later runs first, or make it inactive in the ledger."),
    "unreadable_upload": Template("The records that were uploaded cannot be read: {detail}.", "Upload them again, one JSON object per line, and post that upload."),
    # The ledger's answer
    "answer_differs": Template("The ledger stored it, but with other values: {detail}.", "Compare the two and correct the record in the ledger or the rule."),
    "already_written": Template("The ledger already holds it from an earlier attempt; it was adopted.", "Nothing to do."),
    "target_missing": Template("The ledger does not know, or no longer uses, something this record points at: {detail}.", "Point the rule at an active record of the ledger and post again."),
    "name_taken": Template("The name {name} is already used in the ledger ({detail}).", "Link the rule to the existing record, or choose another name."),
    "number_taken": Template("The document number is already used in the ledger ({detail}).", "Choose another number and post again."),
    "changed_in_ledger": Template("Somebody changed it in the ledger after we wrote it.", "Make both sides equal (enter the product's values in the ledger or the ledger's in the product) and post again; equal records are taken over."),
    "gone_in_ledger": Template("It is no longer in the ledger.", "If it should be there, choose ours for ledger_edits in the settings and post it again; it is then created anew. Else delete it in the time-tracking product."),
    "billed": Template("It is already billed in the ledger{detail} and can no longer change.", "Correct the invoice in the ledger, or enter the difference as a new record."),
    "paid": Template("It is already paid in the ledger{detail} and can no longer change.", "Undo the payment in the ledger, or enter the difference as a new record."),
    "reconciled": Template("It is already reconciled in the ledger and can no longer change.", "Undo the reconciliation in the ledger, or enter the difference as a new record."),
    "voided": Template("Somebody voided it in the ledger.", "Delete it in the ledger and post it again, or leave it void."),
    "total_differs": Template("The ledger says that it comes to {ledger}, and we said {ours}: {difference} of difference, of which {tax} is tax.", "Compare the two; correct the tax in the ledger or in the record."),
    "link_refused": Template("The ledger would not link the time that it bills, so it was posted without: {keys} stays billable there.", "Mark that time as billed in the ledger, or it may be billed twice there."),
    "time_billed": Template("Time that it bills is already billed in the ledger: {keys}.", "Take that time off the invoice, or off the other one in the ledger, and post it again."),
    "timesheet_approved": Template("The timesheet of this person and period is {state} in the ledger and can no longer change.", "Have it declined in the ledger, or enter the difference in an open period; then post again."),
    "missing_dimension": Template("The ledger wants more of this record: {detail}", "Give the record, or what its rules point at, that value, and post again."),
    "feature_off": Template("The ledger's plan or preferences lack what this record needs: {detail}.", "Turn the feature on in the ledger, or leave the field out."),
    "refused": Template("The ledger refused it: {detail}", "Correct the record or the rule and post again."),
    "our_request_wrong": Template("The ledger did not understand our request: {detail}", "This is a fault of ours; report it with the run's id."),
    "ledger_failed": Template("The ledger failed on this record again and again: {detail}", "Post the record again later."),
    "worker_failed": Template("The worker died before this record had an answer.", "Resume the run."),
    # A whole run or connection
    "needs_reconnect": Template("The ledger no longer accepts our authorisation: {detail}", "Reconnect the company; the run goes on by itself."),
    "ledger_unavailable": Template("The ledger cannot be reached or is busy: {detail}", "Resume the run later."),
    "ledger_stopped": Template("The ledger refuses all writes: {detail}", "Mend it in the ledger, then resume the run."),
}  # fmt: skip


NAMED = 5
"""How many of a kind the words of a reason name at most."""


def named(words: Iterable[str]) -> str:
    """The first of these, in a row, and a sign that there are more."""
    some = list(words)
    return ", ".join(some[:NAMED]) + (" …" if len(some) > NAMED else "")


def reason(code: str, /, field: str | None = None, **words: object) -> Reason:
    """The reason `code` with its places filled. Raises KeyError for an unknown code or place."""
    template = REASONS[code]
    places = {"field": field or "the record", **words}
    return Reason(
        code, template.message.format_map(places), template.remedy.format_map(places), field
    )
