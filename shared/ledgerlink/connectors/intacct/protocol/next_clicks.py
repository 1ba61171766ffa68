"""Remedies for faults, in the words that the screens of Sage Intacct use."""

SUPPORT = (
    "Sage Intacct does not know our own sender credentials. Nothing can be done in Sage Intacct;"
    " contact our support and quote this message."
)
UNEXPLAINED = (
    "Sage Intacct does not say what is wrong. Check company ID, user ID and password (Company >"
    " Admin > Web Services users), and that our sender ID is listed under Company > Setup >"
    " Company > Security > Web Services authorizations. If all of that is right, contact our"
    " support and quote this message."
)
SENDER = (
    "In Sage Intacct open Company > Setup > Company > Security, edit it, and add this sender ID"
    " under Web Services authorizations; then connect or resume."
)
USER = (
    "Check company ID, user ID and password (capitals count) of the Web Services user: Company >"
    " Admin > Web Services users. Then connect again."
)
NEW_LOGIN = (
    "Give the Web Services user a new one that does not expire (Company > Admin > Web Services"
    " users), then connect again with it."
)
TWO_STEP = (
    "Two-step verification cannot be used here. Connect with a user that is for Web Services only:"
    " Company > Admin > Web Services users."
)
ADDRESSES = (
    "Sage Intacct allows sign-ins from certain addresses only: Company > Setup > Company > Security"
    " > IP address filters. Have our addresses added, then connect or resume."
)
LOCKED = (
    "Unlock the Web Services user or make it active: Company > Admin > Web Services users. Then"
    " connect again."
)
WEB_SERVICES_USER = (
    "Connect with a user that is listed under Company > Admin > Web Services users of this company,"
    " and check that the company subscribes to Web Services: Company > Admin > Subscriptions."
)
ENTITY = (
    "Check the entity's ID in Company > Setup > Entities, and that the Web Services user may access"
    " it (Company > Admin > Web Services users > Entities). Then connect again."
)
WEB_SERVICES = (
    "Subscribe to Web Services: Company > Admin > Subscriptions > Web Services. Then connect or"
    " resume."
)
PERMISSION = (
    "Give the Web Services user the permission: Company > Admin > Web Services users >"
    " Subscriptions (or Roles). Then post again; all other records are posted meanwhile."
)
APPLICATION = (
    "Subscribe to the application that is needed: Company > Admin > Subscriptions. Then post again;"
    " all other records are posted meanwhile."
)
EXPIRED = "Ask Sage to extend the company's subscription, then resume."
DUPLICATE = "Choose another name or number, or choose the existing record under Mapping."
INACTIVE = (
    "Make the record active in Sage Intacct, or choose an active one under Mapping; then post"
    " again."
)
PERIOD = "Open the period (General Ledger > Books > Open), or change the date, and post again."
RECLASSIFY = (
    "The document is posted or paid, so only its classification can change. Change that in Sage"
    " Intacct, or undo the payment there and post again."
)
NUMBER = (
    "Give the record a number in time tracking, or have Sage Intacct number such documents (bills:"
    " Accounts Payable > Setup > Configuration; invoices of Order Entry: Order Entry > Setup >"
    " Transaction definitions > Numbering sequence). Then post again."
)
RULE = (
    "Change the record so that it follows the rule, or have the Smart Rule changed: Customization"
    " Services > Smart Rules. Then post again."
)
RESTRICTED = (
    "Choose another account, or a department or location that the account allows, under Mapping; or"
    " change the account's restrictions (General Ledger > Setup > Accounts). Then post again."
)
BANK_ACCOUNT = (
    "That account belongs to a bank or charge card account of Cash Management. Choose another"
    " account under Mapping, then post again."
)
FIXED_VALUE = (
    "Sage Intacct fills this in itself. Give the record that value in time tracking or Mapping, or"
    " change what fills it in Sage Intacct (Company > Setup > Dimension relationships). Then post"
    " again."
)
NEGATIVE = (
    "Leave amounts below zero out of this document and enter them as a credit in Sage Intacct, or"
    " allow negative lines in the transaction definition; then post again."
)
LEVEL = (
    "Enter the record in Sage Intacct at the level that the message names, or connect the company"
    " at that level (top level or the entity's ID)."
)
PROJECT_CUSTOMER = (
    "Choose the project's own customer, or give the project that customer (Projects > Project >"
    " Customer); then post again."
)
RESOURCES = (
    "Add the employee to the project's resources (Projects > Project > Resources and pricing),"
    " and post again."
)
STATUS = (
    "Give the project a status that allows entries (Projects > Project > Status), and post again."
)
APPROVER = (
    "Give the approver a user account, choose another approver, or turn approval off: Time &"
    " Expenses > Setup > Configuration. Then post again."
)
BILLABLE = (
    "Mark the record as not billable in time tracking, or make the item or expense type billable in"
    " Sage Intacct; then post again."
)
EMAIL = "Correct the e-mail address in time tracking, then post again."
CONTACT = (
    "Open the customer or vendor in Sage Intacct, add or choose the contact that the message names,"
    " and post again."
)
OTHER_TIMESHEET = (
    "Open the other timesheet of this person and period in Sage Intacct (Time & Expenses >"
    " Timesheets); remove it or take its hours into time tracking, then post again."
)
UNIT = (
    "Give the item a default unit of measure in Sage Intacct (Order Entry > Items > Unit of"
    " measure), then post again."
)
VALUE = (
    "Enter the missing value in the record, or in what it is mapped to in Sage Intacct, and post"
    " again."
)
CURRENCY = (
    "Check that the company uses the currency and has an exchange rate for the day (Cash Management"
    " > Exchange rates), then post again."
)
TAX = (
    "Choose another tax detail under Mapping > Tax codes, or correct it in Sage Intacct; then post"
    " again."
)
