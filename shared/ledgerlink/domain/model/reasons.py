"""Reasons why records were not posted as sent, in words for the bookkeeper who must act."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item ended as it did, and what to do about it."""

    code: str
    """One of `REASONS`, or of an error of the API."""
    message: str
    remedy: str
    field: str | None = None
    """The field of the record that it is about."""
    parameters: Mapping[str, str] = dataclass_field(default_factory=dict, compare=False)
    """What fills the places of the message, as the program names it. With the code, a page can show
    names in place of keys, link to them, or use another language. Rows from before have none."""


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
    "invalid_record": Template(
        "{detail}",
        "Correct the {field} in time tracking and post the record again.",
    ),
    "duplicate_key": Template(
        "The key {key} was sent {count} times in one post, so it is not clear which record is meant.",
        "Give each record its own key in time tracking, then post again.",
    ),
    "no_rule": Template(
        "It is not known yet what the {kind} {key} is in the accounting system.",
        "Choose it under Mapping, then post again.",
    ),
    "skipped_by_rule": Template(
        "The mapping says that records with the {kind} {key} are not posted.",
        "No action is needed. To post them, change the choice for this {kind} under Mapping and post again.",
    ),
    "rule_incomplete": Template(
        "The mapping of the {kind} {key} lacks {field}.",
        "Complete it under Mapping, then post again.",
    ),
    "rule_unreadable": Template(
        "Our program cannot read the mapping of the {kind} {key}, so it was not posted.",
        "Choose it again under Mapping, then post again. This is a mistake on our side: tell support, too.",
    ),
    "came_from_ledger": Template(
        "This record was brought in from the accounting system, which has it already, so it was not posted again.",
        "No action is needed.",
    ),
    "missing_customer": Template(
        "It is billable, but it has no project, so no customer can be billed for it.",
        "Choose a project in time tracking, or mark it as not billable, then post again.",
    ),
    "missing_rate": Template(
        "It is billable, but neither the entry nor the labor code {key} has an hourly rate.",
        "Enter a rate on the entry in time tracking, or for the labor code under Mapping, then post again.",
    ),
    "not_approved": Template(
        "It is {state} in time tracking, and only approved records are posted.",
        "Approve it in time tracking, then post again.",
    ),
    "rounded_away": Template(
        "{minutes} minutes round to 0 with the current rounding, so there is nothing to post.",
        "No action is needed if that is right. To post it, choose a smaller step or another rounding under Settings > Time and post again.",
    ),
    "day_too_long": Template(
        "The entries that are combined into one time activity add up to {minutes} minutes, more than a day has.",
        "Correct the entries in time tracking, or give each a description of its own so that they are not combined, then post again.",
    ),
    "carried": Template(
        "An import combined this entry with others into one time activity, so it cannot be changed alone.",
        "Import a period that contains {day} again; the combined activity is then updated.",
    ),
    "cancelled": Template(
        "The run was cancelled before this was posted.",
        "If you still want it, post the record again.",
    ),
    "plan_old": Template(
        "The mapping was changed after this was planned, so it was not posted as planned.",
        "Post the record again; it is then posted by the mapping as it is now.",
    ),
    "undo_begun": Template(
        "This import is being undone, so the rest of it was not posted.",
        "If you still want it, import the period again after the undo.",
    ),
    "member_blocked": Template(
        "It was not posted, because {key} belongs to the same document and has a problem. The document in the accounting system was not changed.",
        "Solve the problem shown at {key}, then post or import both again.",
    ),
    "payroll_on": Template(
        "The employee {name} cannot be created from here, because payroll is turned on in the accounting system.",
        "Add {name} in the payroll of the accounting system, choose the new employee under Mapping, then post again.",
    ),
    "text_too_long": Template(
        "Its text has {length} characters, but the accounting system accepts at most {limit}.",
        "Shorten the {field} in time tracking, then post again.",
    ),
    "text_cut": Template(
        "Its text has {length} characters, but the accounting system accepts at most {limit}, so the rest was left out.",
        "If all of it should be seen in the accounting system, shorten the {field} in time tracking and post again.",
    ),
    "control_characters": Template(
        "The {field} contains an invisible character that the accounting system does not accept (character number {position}).",
        "Delete that character or type the text again in time tracking, then post again.",
    ),
    "closed_period": Template(
        "{day} is in a closed period: the books are closed through {closed}.",
        "Reopen the period in the accounting system, or change the date in time tracking, then post again.",
    ),
    "moved_date": Template(
        "{day} is in a closed period, so it is posted on {posted}, with the true date in its text.",
        "No action is needed, unless it should be posted on its own date: then reopen the period in the accounting system and post again.",
    ),
    "foreign_currency": Template(
        "The customer is invoiced in {currency}, but the hourly rate was sent in {home}.",
        "If the rate is meant in {home}, ignore this. Otherwise choose a customer that is invoiced in {home} for the project under Mapping, and post again.",
    ),
    "kind_not_allowed": Template(
        "{user} is not allowed to post records of the kind {kind}.",
        "Ask an administrator for that permission, or have a colleague with that permission post the records.",
    ),
    "undeletable": Template(
        "It is not in the accounting system, so there was nothing to delete.",
        "No action is needed.",
    ),
    "incomplete": Template(
        "The accounting system has this in one document together with {keys}, and this post leaves them out. Nothing was changed.",
        "Post all of these records together, and mark those that no longer exist as deleted.",
    ),
    "too_many_lines": Template(
        "This would become one document with {count} lines, but at most {limit} are possible.",
        "Split the report, or choose a smaller grouping under Settings > Expenses (single expenses, or a shorter period), then post again.",
    ),
    "missing_account": Template(
        "The settings do not say which account {use}.",
        "Choose the account under {setting}, then post again.",
    ),
    "not_chosen": Template(
        "The settings do not say {what}.",
        "Choose it under {setting}, then post again.",
    ),
    "payables_of_currency": Template(
        "It is in {currency}, so it was posted to the payables account of that currency ({account}) instead of the one in the settings.",
        "No action is needed.",
    ),
    "wrong_account": Template(
        "The account {account} is not {wanted}.",
        "Choose another account under {setting}, then post again.",
    ),
    "wrong_kind": Template(
        "{name}",
        "Choose {wanted} under {setting}, then post again.",
    ),
    "missing_client": Template(
        "An invoice needs a client or a project, and this one has neither.",
        "Choose a client or a project in time tracking, then post again.",
    ),
    "missing_item": Template(
        "It is not known which item of the accounting system this line is for: the line has no labor code or expense code that is mapped to an item.",
        "Give the line such a code in time tracking, or choose an item for all other lines under Settings > Invoices, then post again.",
    ),
    "catch_all_used": Template(
        "It is not known who the {kind} {key} is in the accounting system, so it was posted to the vendor that the settings name for such cases.",
        "No action is needed if that is right. Otherwise choose the {kind} under Mapping and post again.",
    ),
    "refund_of_own": Template(
        "A person gives money back: only an expense that was paid with a company card can be a refund.",
        "In time tracking, take the amount off another expense of the report, or leave it out and enter it in the accounting system. If a card was refunded, correct how it was paid. Then post again.",
    ),
    "missing_date": Template(
        "The settings date documents by the day on which they were {policy}, and this record does not have that day.",
        "Enter the day in time tracking, or choose another date under Settings > Expenses, then post again.",
    ),
    "dated": Template(
        "It is dated {day}, because the settings say which day expenses are dated by ({policy}).",
        "No action is needed.",
    ),
    "currency_differs": Template(
        "The document is in {currency}, but {name} is kept in {other} in the accounting system.",
        "Change the currency to {other} in time tracking, or choose a record that is kept in {currency} under Mapping, then post again.",
    ),
    "no_multi_currency": Template(
        "The document is in {currency}, but the accounting system keeps only {home}.",
        "Turn on multiple currencies in the accounting system, or change the currency to {home} in time tracking, then post again.",
    ),
    "currencies_unknown": Template(
        "The document is in {currency}, but the accounting system does not say {what}.",
        "Choose it under Settings > Accounting system, or use the company's own currency in time tracking, then post again.",
    ),
    "mixed_currencies": Template(
        "Its records are in different currencies ({currencies}), but a document has only one.",
        "Use one currency in time tracking, or choose single expenses under Settings > Expenses, then post again.",
    ),
    "mixed_people": Template(
        "Its records are of different people ({people}), but a document pays only one.",
        "Correct the report in time tracking, or choose single expenses under Settings > Expenses, then post again.",
    ),
    "mixed_rates": Template(
        "Its records have different exchange rates ({rates}), but a document has only one.",
        "Use one rate in time tracking, or choose single expenses under Settings > Expenses, then post again.",
    ),
    "default_card": Template(
        "It is not known which account the card {key} is, so it was posted to the card account that the settings name for such cases.",
        "No action is needed if that is right. Otherwise choose the card's account under Mapping > Company cards and post again.",
    ),
    "locations_differ": Template(
        "Its records have different locations ({ids}), but a document has only one, so it was posted without a location.",
        "If the location matters, choose single expenses under Settings > Expenses and post again.",
    ),
    "default_dimension": Template(
        "Neither the record, nor its project or person has a {dimension}, so it was posted with the one from the settings: {name}.",
        "No action is needed if that is right. Otherwise give the record, its project or its person a {dimension} of its own and post again.",
    ),
    "no_exchange_rate": Template(
        "There is no exchange rate for {currency} on {day}, neither on the record nor in the accounting system.",
        "Enter the rate on the record in time tracking, or in the accounting system, then post again.",
    ),
    "rate_from_ledger": Template(
        "The record has no exchange rate for {currency}, so it was posted with the accounting system's rate of {day}: {rate}.",
        "No action is needed. To use another rate, enter it on the record in time tracking and post again.",
    ),
    "rate_by_ledger": Template(
        "The record has no exchange rate for {currency}, so the accounting system applies its own of {day}.",
        "No action is needed. To use another rate, enter it on the record in time tracking and post again.",
    ),
    "missing_tax_amount": Template(
        "The amount includes tax, but the record does not say how much of it is tax.",
        "Enter the tax, or the amount without tax, in time tracking, then post again.",
    ),
    "tax_too_high": Template(
        "The tax of {tax} is not less than the amount of {amount}.",
        "Correct the tax in time tracking, then post again.",
    ),
    "tax_by_ledger": Template(
        "The accounting system calculates tax by itself, so the tax of {tax} from time tracking was not sent.",
        "Compare the totals in both systems once it is posted.",
    ),
    "unbalanced": Template(
        "Its lines and tax add up to {sum}, but the record says {total}.",
        "Correct the lines, the tax or the total in time tracking, then post again.",
    ),
    "total_below_zero": Template(
        "It comes to {total}, but an invoice cannot come to less than zero.",
        "Lower the discounts or credits of this invoice in time tracking, then post again. If the client gets money back, leave the invoice out and enter a credit memo in the accounting system.",
    ),
    "quantity_left_out": Template(
        "Quantity times price does not give the amount of {amount}, so the line was sent with its amount only.",
        "No action is needed if the amount is right. Otherwise correct the line in time tracking and post again.",
    ),
    "summarised": Template(
        "{count} lines were combined into {lines}, because the settings say that lines are combined.",
        "No action is needed.",
    ),
    "number_left": Template(
        "The accounting system gives the document its own number, because the settings say so; the number {number} is in its note.",
        "No action is needed.",
    ),
    "no_address": Template(
        "It should be sent by e-mail, but the record has no e-mail address.",
        "Enter the address in time tracking and post again, or send it from the accounting system.",
    ),
    "email_unsupported": Template(
        "It should be sent by e-mail, but Ledgerlink cannot have the accounting system mail it.",
        "Send it from the accounting system or from time tracking.",
    ),
    "not_emailed": Template(
        "The invoice is in the accounting system, but was not sent by e-mail: {detail}.",
        "Send it from the accounting system, or correct the address and post the invoice again.",
    ),
    "line_split": Template(
        "Line {number} bills {count} time entries. It is posted as {count} lines, one for each, because the accounting system marks time as billed by lines that each bill one.",
        "No action is needed. To keep one line, turn off Link time under Settings > Invoices and post again; the time then stays billable.",
    ),
    "nothing_left": Template(
        "The amount of {amount} rounds to 0 in its currency, so there is nothing to post.",
        "Correct the amount in time tracking and post again, or leave the record out.",
    ),
    "markup_not_set": Template(
        "{key} was posted without its markup of {percent} %, because the accounting system does not keep markups.",
        "Add the markup when you bill it.",
    ),
    "time_not_linked": Template(
        "The invoice could be posted, but the time entries {keys} cannot be marked as billed in the accounting system: {detail}.",
        "Mark them as billed in the accounting system, otherwise they may be billed twice there.",
    ),
    "no_client": Template(
        "The client {key} of this project is not known yet.",
        "Post the client first, or send the client's name with the project.",
    ),
    "linked_by_rule": Template(
        "The mapping already links it to {name} in the accounting system, so it was not created.",
        "No action is needed. To create it nevertheless, change the choice under Mapping and post again.",
    ),
    "receipt_missing": Template(
        "The file {name} was not uploaded, or its upload has expired.",
        "Attach the file again in time tracking, then post the record again.",
    ),
    "receipt_empty": Template(
        "The file {name} is empty: it has no bytes.",
        "Attach the file again in time tracking, then post the record again.",
    ),
    "receipt_too_large": Template(
        "The file {name} has {size} bytes, but at most {limit} are possible.",
        "Attach a smaller file in time tracking, then post the record again.",
    ),
    "receipt_refused": Template(
        "The accounting system does not accept the file {name}: {detail}.",
        "Attach the file in a type that the accounting system accepts, then post the record again.",
    ),
    "dependency_failed": Template(
        "It was not posted, because {key} could not be created in the accounting system.",
        "Solve the problem shown at {key}, then post again.",
    ),
    "superseded": Template(
        "A newer version of this record is in the accounting system already, so this one was not posted.",
        "No action is needed.",
    ),
    "overtaken": Template(
        "A different version of this record was posted while this run was waiting. That version was kept.",
        "If the version of this run is the right one, post it again.",
    ),
    "stays_in_ledger": Template(
        "The earlier version in the accounting system could not be removed. To avoid a duplicate, the new version was not posted.",
        "Solve the problem shown at {key}, then post or import again.",
    ),
    "kept_theirs": Template(
        "It was edited in the accounting system after it was posted. Those edits were kept, because the settings say so.",
        "No action is needed if the edits are right. Otherwise correct it in the accounting system.",
    ),
    "additions_lost": Template(
        "Somebody entered these fields in the accounting system, and they go when it is deleted there: {fields}.",
        "If they are still needed, note them before it is deleted, and enter them in what takes its place.",
    ),
    "would_be_lost": Template(
        "Somebody entered these fields in the accounting system, and an update would remove them there: {fields}. So it was not updated.",
        "Make the change in the accounting system by hand, so that both match, and post again. To let time tracking decide for all edited records, choose ours under Settings > Time > Ledger edits and post again.",
    ),
    "written_since": Template(
        "A later run changed it again, so the undo left it as it is.",
        "Undo the later run first, or correct the record in time tracking and import again.",
    ),
    "used_since": Template(
        "A later run may use it, so the undo left it in the accounting system.",
        "Undo the later runs first, or make it inactive in the accounting system.",
    ),
    "unreadable_upload": Template(
        "The uploaded records cannot be read: {detail}.",
        "Upload them again, one record in JSON on each line, then post that upload.",
    ),
    "unidentified_record": Template(
        "It was not deleted: the import does not contain it, but {key} of the import cannot be read and may be this entry.",
        "Export the time from time tracking again, upload the complete file and plan the import again.",
    ),
    # The ledger's answer
    "answer_differs": Template(
        "It was posted, but the accounting system stored other values: {detail}.",
        "Compare the two, then correct the record in the accounting system or the choice under Mapping.",
    ),
    "lines_kept": Template(
        "It was posted. Lines that somebody added in the accounting system were kept: {count}.",
        "No action is needed if they are right. Otherwise delete them in the accounting system.",
    ),
    "already_written": Template(
        "The accounting system already has it from an earlier attempt, so it was not posted twice.",
        "No action is needed.",
    ),
    "target_missing": Template(
        "Something that this record needs is missing or inactive in the accounting system: {detail}.",
        "Make it active in the accounting system, or choose another record under Mapping, then post again.",
    ),
    "name_taken": Template(
        "The name {name} is already used in the accounting system ({detail}).",
        "Choose the existing record under Mapping, or change the name, then post again.",
    ),
    "email_taken": Template(
        "The e-mail address {email} of {name} is already used in the accounting system ({detail}).",
        "Choose the existing record under Mapping, or correct the e-mail address in time tracking, then post again.",
    ),
    "number_taken": Template(
        "The document number is already used in the accounting system ({detail}).",
        "Change the number in time tracking, then post again.",
    ),
    "changed_in_ledger": Template(
        "It was edited in the accounting system after it was posted, so it was not overwritten.",
        "Decide which version is right and correct the other one, in the accounting system or in time tracking, so that both match. Then post again. To always keep one side, choose it under Settings > Time > Ledger edits.",
    ),
    "gone_in_ledger": Template(
        "It was deleted in the accounting system.",
        "If the deletion was right, delete it in time tracking as well. If it was a mistake, enter it in time tracking as a new record and post that one.",
    ),
    "billed": Template(
        "It was already billed in the accounting system{detail}, so it can no longer be changed.",
        "Correct the invoice in the accounting system, or enter the difference in time tracking as a new record.",
    ),
    "paid": Template(
        "It was already paid in the accounting system{detail}, so it can no longer be changed.",
        "Undo the payment in the accounting system and post again, or enter the difference in time tracking as a new record.",
    ),
    "reconciled": Template(
        "It was already reconciled in the accounting system, so it can no longer be changed.",
        "Undo the reconciliation in the accounting system and post again, or enter the difference in time tracking as a new record.",
    ),
    "voided": Template(
        "It was voided in the accounting system, so it was not changed.",
        "If that was right, leave it void. If it was a mistake, enter it in time tracking as a new record and post that one.",
    ),
    "total_differs": Template(
        "The accounting system calculated {ledger}; the total sent was {ours}. The difference is {difference}, of which {tax} is tax.",
        "Check the amounts and the tax of the document, then correct whichever side is wrong.",
    ),
    "link_refused": Template(
        "It was posted, but the accounting system did not link the time that it bills: {keys} can still be billed there.",
        "Mark that time as billed in the accounting system, otherwise it may be billed twice there.",
    ),
    "time_billed": Template(
        "Time that it bills was already billed in the accounting system: {keys}.",
        "Remove that time from this invoice in time tracking, or from the other invoice in the accounting system, then post again.",
    ),
    "timesheet_approved": Template(
        "The timesheet of this person and period is {state} in the accounting system, so it can no longer be changed.",
        "Have the timesheet declined in the accounting system and post again, or enter the difference in an open period.",
    ),
    "missing_dimension": Template(
        "The accounting system requires more information for this record: {detail}",
        "Add that information to the record in time tracking, or to what it is mapped to in the accounting system, then post again.",
    ),
    "no_permission": Template(
        "The user that is signed in to the accounting system for this connection may not do this there: {detail}",
        "Give that user the permission in the accounting system, then post again. Records of other kinds are posted meanwhile.",
    ),
    "not_subscribed": Template(
        "The company has not subscribed to a part of the accounting system that this record needs: {detail}",
        "Subscribe to it in the accounting system, then post again. Records of other kinds are posted meanwhile.",
    ),
    "account_restricted": Template(
        "The accounting system allows this account only with certain departments, locations or other dimensions: {detail}",
        "Choose another account or dimension under Mapping, or change the restriction of the account in the accounting system; then post again.",
    ),
    "account_not_usable": Template(
        "The account cannot be used for such a record in the accounting system: {detail}",
        "Choose another account under Mapping, then post again.",
    ),
    "fixed_value": Template(
        "The accounting system prescribes a value for this record: {detail}",
        "Give the record that value in time tracking, or change what prescribes it in the accounting system; then post again.",
    ),
    "customer_differs": Template(
        "The project and the customer of this record do not belong together in the accounting system: {detail}",
        "Correct the project in time tracking or its choice under Mapping, or the project's customer in the accounting system; then post again.",
    ),
    "not_assigned": Template(
        "The person is not assigned to the project in the accounting system: {detail}",
        "Assign the person to the project in the accounting system, then post again.",
    ),
    "not_open": Template(
        "It is for something that takes no entries at present in the accounting system: {detail}",
        "Change its status in the accounting system, or choose another one in time tracking; then post again.",
    ),
    "on_hold": Template(
        "The customer or vendor is on hold in the accounting system: {detail}",
        "Take it off hold in the accounting system, then post again.",
    ),
    "company_rule": Template(
        "A rule that your company has set up in the accounting system rejected it: {detail}",
        "Change the record so that it follows that rule, or have the rule changed in the accounting system; then post again.",
    ),
    "number_missing": Template(
        "The accounting system requires a number for this document: {detail}",
        "Give it a number in time tracking, or have the accounting system number such documents; then post again.",
    ),
    "invalid_email": Template(
        "The accounting system does not accept the e-mail address: {detail}",
        "Correct the e-mail address in time tracking, then post again.",
    ),
    "missing_contact": Template(
        "The customer or vendor has no contact that this document could be addressed to: {detail}",
        "Add the contact in the accounting system, then post again.",
    ),
    "no_approver": Template(
        "The accounting system finds nobody who could approve it: {detail}",
        "Choose an approver in the accounting system, or turn off approval there; then post again.",
    ),
    "not_billable": Template(
        "It cannot be billable in the accounting system: {detail}",
        "Mark it as not billable in time tracking, or make what it is for billable in the accounting system; then post again.",
    ),
    "wrong_level": Template(
        "It belongs to another level of the company (an entity or the top level) than the one that is signed in to: {detail}",
        "Connect the entity that the record belongs to, or enter it in the accounting system.",
    ),
    "currency_refused": Template(
        "The accounting system does not accept the currency of this record: {detail}",
        "Use a currency that the company, the customer or vendor, and the account share, then post again.",
    ),
    "tax_refused": Template(
        "The accounting system does not accept the tax of this record: {detail}",
        "Choose another tax code under Mapping, or correct the tax in time tracking; then post again.",
    ),
    "amount_refused": Template(
        "The accounting system does not accept an amount of this record: {detail}",
        "Correct the amounts in time tracking, then post again.",
    ),
    "date_refused": Template(
        "The accounting system does not accept a date of this record: {detail}",
        "Correct the date in time tracking, or the dates of what it is for in the accounting system; then post again.",
    ),
    "time_refused": Template(
        "The accounting system does not accept the hours of this entry: {detail}",
        "Correct the hours in time tracking, then post again.",
    ),
    "value_too_long": Template(
        "A text of this record is longer than the accounting system accepts: {detail}",
        "Shorten it in time tracking, then post again.",
    ),
    "value_refused": Template(
        "The accounting system does not accept a value of this record: {detail}",
        "Correct the value in time tracking, then post again.",
    ),
    "custom_field_unknown": Template(
        "The company does not have a custom field that this record fills: {detail}",
        "Add the custom field in the accounting system, or leave it out in time tracking; then post again.",
    ),
    "not_linkable": Template(
        "It cannot be linked to the time or document that it names: {detail}",
        "Check in the accounting system whether that time or document is still there and not billed; then post again.",
    ),
    "has_balance": Template(
        "It still has a balance in the accounting system: {detail}",
        "Settle the balance there first, then post again.",
    ),
    "state_locked": Template(
        "It is in a state in the accounting system in which it cannot be changed: {detail}",
        "Change the state in the accounting system and post again, or enter the difference in time tracking as a new record.",
    ),
    "time_tracking_off": Template(
        "Time tracking is turned off in the accounting system, so time cannot be posted.",
        "Turn it on in the accounting system under Account and settings, Time, then post again.",
    ),
    "plan_without_time": Template(
        "The company's plan in the accounting system, {edition}, does not keep time.",
        "Upgrade the company's plan in the accounting system, then post again. Expenses and invoices are posted meanwhile.",
    ),
    "feature_off": Template(
        "This record needs a feature that is not available in the accounting system: {detail}.",
        "Turn on the feature in the accounting system, or remove what needs it from the record, then post again.",
    ),
    "refused": Template(
        "The accounting system rejected it and we do not know more than what it said: {detail}",
        "Correct what that text names, in time tracking, under Mapping or in the accounting system, then post again.",
    ),
    "our_request_wrong": Template(
        "The accounting system did not understand what we sent: {detail}",
        "This is a mistake on our side. Contact support with the id of this run.",
    ),
    "ledger_failed": Template(
        "The accounting system failed on this record several times: {detail}",
        "Post the record again later.",
    ),
    "worker_failed": Template(
        "The run stopped unexpectedly on our side. Records without a result may or may not have reached the accounting system.",
        "Resume the run: it first checks what the accounting system has and posts nothing twice. If this happens again, contact support with the id of this run.",
    ),
    "our_defect": Template(
        "Our program made a mistake with {key}, so it was not posted. Other records are not affected.",
        "This is a mistake on our side. Contact support with the id of this run and the key {key}.",
    ),
    "our_defect_after_sending": Template(
        "Our program made a mistake with {key} after it was sent, so it is not known whether the accounting system has it.",
        "Look for it in the accounting system before you post it again. This is a mistake on our side: contact support with the id of this run and the key {key}.",
    ),
    "outcome_unreadable": Template(
        "Our program cannot read what it noted about this record when it was sent, so it is not known here whether the accounting system has it.",
        "Look for it in the accounting system before you post it again. This is a mistake on our side: contact support with the id of this run.",
    ),
    "records_unreadable": Template(
        "The list {list} came in without {count} of its records, because our program made a mistake with them: {ids}. They stay as they were last known.",
        "This is a mistake on our side. Contact support with the id of this run.",
    ),
    # A whole run or connection
    "looking_up": Template(
        "Some records were sent to the accounting system, and it is not known yet whether it has them, because it did not answer or a server of ours stopped. They are looked for there before anything is sent again.",
        "No action is needed. The run goes on by itself; that takes up to 3 minutes with QuickBooks Online and up to 16 with Sage Intacct.",
    ),
    "stored_unreadable": Template(
        "Our program cannot read what it has stored ({what}), so nothing more is sent. What was posted before stays in the accounting system.",
        "This is a mistake on our side. Contact support with the id of this run, and resume it once that is solved. Do not post the records under other keys, because the accounting system may have them already.",
    ),
    "consent_cancelled": Template(
        "Nothing was connected, because the consent was cancelled or refused in the browser.",
        "Reconnect to get a new address for the consent, or delete this connection.",
    ),
    "consent_expired": Template(
        "Nothing was connected, because nobody gave consent in time.",
        "Reconnect to get a new address for the consent, or delete this connection.",
    ),
    "consent_failed": Template(
        "Nothing was connected, although consent was given: {detail}",
        "Solve this, then reconnect to get a new address for the consent, or delete this connection.",
    ),
    "needs_reconnect": Template(
        "We no longer have access to the accounting system: {detail}",
        "Reconnect the company; the run then continues by itself.",
    ),
    "ledger_unavailable": Template(
        "The accounting system cannot be reached or is busy: {detail}",
        "Resume the run later.",
    ),
    "fields_left_out": Template(
        "The list came in without {fields}, because the accounting system does not show this to the user that is signed in, or the company does not have it.",
        "No action is needed, unless you miss it: then have the permission or the feature turned on in the accounting system and sync again.",
    ),
    "deletions_unseen": Template(
        "The accounting system does not show the user that is signed in which records were deleted. Deletions therefore come in with the weekly comparison of whole lists only.",
        "Give this user the permission to see the audit trail in the accounting system; deletions come in with the next sync then.",
    ),
    "authorization_ends": Template(
        "Our access to the accounting system ends for good on {day}.",
        "Reconnect the company before that day, so that posting goes on.",
    ),
    "subscription_missing": Template(
        "The company has not subscribed to {name} in the accounting system{effect}.",
        "No action is needed, unless you miss it: then subscribe to {name} in the accounting system.",
    ),
    "list_unreadable": Template(
        "A list could not be read from the accounting system: {detail}",
        "Solve this in the accounting system, then sync again. Posting goes on meanwhile.",
    ),
    "records_restored": Template(
        "Records were posted to this company that this connection does not know of: the company was connected by another connection before, or our database was restored to an earlier day. Nothing is posted meanwhile, because these records would be written a second time.",
        "If another connection of the company exists, reconnect that one and post there. Otherwise contact support with the id of this run; it can be resumed once our records are complete. Do not resume it before, and enter nothing by hand.",
    ),
    "unanswered_expired": Template(
        "A run of {day} was never finished (its id is {run}). It is not known what the accounting system has of it, and its records are too old to be looked up. Nothing is posted meanwhile, because the same record could be written a second time.",
        "Compare what was posted on {day} in the accounting system with your records. Then cancel that run and resume this one.",
    ),
    "undo_expired": Template(
        "The import that this undoes is so old that what it wrote is no longer kept item by item, so its undo cannot be planned.",
        "Discard this undo, and correct the time in the accounting system.",
    ),
    "ledger_stopped": Template(
        "The accounting system does not accept any changes at the moment: {detail}",
        "Solve this in the accounting system (for example an expired subscription), then resume the run.",
    ),
}
"""The reasons by their public code. Readers are bookkeepers: a message says what happened to this
record and in which system, a remedy what to do next. A remedy never overwrites other records."""


TO_BE_DELETED = "to be deleted"
POSTED_BEFORE = "posted before"
ELSEWHERE = "the name belongs to a record elsewhere"
CASES: dict[tuple[str, str], Template] = {
    ("not_approved", POSTED_BEFORE): Template(
        "It is {state} in time tracking, and only approved records are posted. An earlier version of it is still in the accounting system.",
        "Approve it and post again. To take it out of the accounting system, mark it as deleted in time tracking and post that.",
    ),
    ("changed_in_ledger", TO_BE_DELETED): Template(
        "It was edited in the accounting system after it was posted, so it was not deleted there.",
        "If it should go, delete it in the accounting system. To let time tracking decide for all edited records, choose ours under Settings > Time > Ledger edits and post again.",
    ),
    ("name_taken", ELSEWHERE): Template(
        "The name {name} is already used in the accounting system ({detail}), and there it can be used only once. Choosing that record would book the work for {client} on it.",
        "Give the project another name in time tracking, or have the client's name added under Settings > Time > Same names, so that it is created as {name} ({client}). Then post again.",
    ),
}
"""Other words for a reason in a certain case."""


NAMED = 5
"""How many of a kind the words of a reason name at most."""


def named(words: Iterable[str]) -> str:
    """The first of these, in a row, and a sign that there are more."""
    some = list(words)
    return ", ".join(some[:NAMED]) + (" …" if len(some) > NAMED else "")


PAGES = {
    "posting": "Time",
    "expenses": "Expenses",
    "invoices": "Invoices",
    "ledger": "Accounting system",
}
"""What people call each part of the settings."""


def place_in_words(pointer: str) -> str:
    """A place in a record as people say it: `/lines/0/unit_price` is the unit price of line 1."""
    words: list[str] = []
    for part in pointer.strip("/").split("/"):
        if part.isdigit() and words:
            words[-1] = f"{words[-1].removesuffix('s')} {int(part) + 1}"
        else:
            words.append(_name_in_words(part))
    return " of ".join(reversed(words))


def _in_words(name: object) -> str:
    """A name of the program as people say it: `labor_code_key` is a labor code."""
    places = dict.fromkeys(place_in_words(part) for part in str(name).split(", "))
    return " and ".join(places)


def _name_in_words(name: str) -> str:
    words = re.sub(r"_(?:key|id)\b", "", str(name)).replace("_", " ").replace("-", " ")
    return words.removeprefix("the ")  # the sentences have their own article


def _page_of(setting: object) -> str:
    """Where a setting is chosen: `expenses.check_account_id` is Settings > Expenses > Check account;
    what is chosen elsewhere is given as such a place already."""
    part, dot, name = str(setting).partition(".")
    return f"Settings > {PAGES[part]} > {_in_words(name).capitalize()}" if dot else part


SPOKEN: Mapping[str, Callable[[object], str]] = {
    "field": _in_words,
    "kind": _in_words,
    "policy": _in_words,
    "setting": _page_of,
}
"""Placeholders whose values are names in the program, with the words that people read."""


def reason(code: str, /, field: str | None = None, **words: object) -> Reason:
    """The reason `code` with its places filled. Raises KeyError for an unknown code or place."""
    return _filled(REASONS[code], code, field, words)


def reason_in_case(code: str, case: str, /, field: str | None = None, **words: object) -> Reason:
    """The same in other words where one of `CASES` holds; an empty case is none."""
    template = CASES[code, case] if case else REASONS[code]
    return _filled(template, code, field, words)


def _filled(
    template: Template, code: str, field: str | None, words: Mapping[str, object]
) -> Reason:
    given = {"field": field or "record", **words}
    places = {place: SPOKEN.get(place, str)(value) for place, value in given.items()}
    return Reason(
        code,
        template.message.format_map(places),
        template.remedy.format_map(places),
        field,
        {place: str(value) for place, value in words.items()},
    )


THE_LEDGER = re.compile(r"\b[Tt]he accounting system\b")
"""What the texts call the ledger, which is named where they are shown."""


def with_ledger_name(why: Reason, name: str) -> Reason:
    """The reason as people of this ledger read it: "in QuickBooks Online"."""
    if not name:
        return why
    message, remedy = (THE_LEDGER.sub(name, text) for text in (why.message, why.remedy))
    return replace(why, message=message, remedy=remedy)
