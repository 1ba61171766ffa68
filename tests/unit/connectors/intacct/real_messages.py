"""What Sage Intacct has said about one record, and the reason that its person must be given.

Source: the lists of messages that public connectors match (fyle's, sageintacctsdk), issues of the
vendor's SDKs, help pages of Bill.com, Ramp and Expensify, and the facts of the gateway.
"""

RULE, FORMAT = "BL01001973", "BL03000018"

REAL: list[tuple[str, str, str]] = [
    # Records that are not there, or inactive
    (RULE, "The employee '1005' is invalid.", "target_missing"),
    (RULE, "The vendor 'V1' is invalid.", "target_missing"),
    (RULE, "Vendor 'V1' specified is not valid.", "target_missing"),
    (RULE, "The specified vendor 'V1' is not valid.", "target_missing"),
    (RULE, "Invalid Vendor 'V1' specified.", "target_missing"),
    (RULE, "Activate the vendor VM, then try again.", "target_missing"),
    (RULE, "Customer '10001' specified is not valid.", "target_missing"),
    (RULE, "Project '10064' specified is not valid.", "target_missing"),
    (RULE, "Invalid Project '10064' specified.", "target_missing"),
    (RULE, "Invalid Job 'P-1' specified.", "target_missing"),
    (RULE, "Job 'P-1' specified is not valid.", "target_missing"),
    (RULE, "The location '600' is invalid.", "target_missing"),
    (RULE, "Location '600' is not valid", "target_missing"),
    (RULE, "The department '300' is invalid.", "target_missing"),
    (RULE, "Department 300 is not valid", "target_missing"),
    (RULE, "Invalid Department 300 selected ", "target_missing"),
    (RULE, "Account 16200 is not valid", "target_missing"),
    (RULE, "The term name 'Net 45' is invalid", "target_missing"),
    (RULE, "Cannot find customer with key '9999' to delete.", "target_missing"),
    (RULE, "The class 'C-9' is inactive.", "target_missing"),
    (RULE, "Item 'LAB-9' does not exist.", "target_missing"),
    # What the record lacks
    (RULE, "The account number '16200' requires a Department.", "missing_dimension"),
    (
        RULE,
        "This transaction is missing the Department dimension for the Account 16200",
        "missing_dimension",
    ),
    (
        RULE,
        "This transaction is missing 'Department' dimension for the Account 16200",
        "missing_dimension",
    ),
    (
        RULE,
        "This transaction is missing the Job dimension for the Account 16200",
        "missing_dimension",
    ),
    (
        RULE,
        "This transaction is missing the Item dimension for the Account 16200",
        "missing_dimension",
    ),
    (
        RULE,
        "This transaction is missing the Cost Code dimension for the Account 16200.",
        "missing_dimension",
    ),
    (
        RULE,
        "This transaction is missing the Grant dimension for the Account 16200",
        "missing_dimension",
    ),
    (
        RULE,
        "This transaction is missing the Employee dimension for the Account 16200",
        "missing_dimension",
    ),
    (FORMAT, "Use of empty Location is not allowed.", "missing_dimension"),
    (RULE, "Use of empty Location", "missing_dimension"),
    (RULE, "Required field Date Due is missing", "missing_dimension"),
    (RULE, "The Date Due field is missing a value.", "missing_dimension"),
    (FORMAT, "Missing unit", "missing_dimension"),
    (RULE, "You must specify a Location for the line item.", "missing_dimension"),
    # What the company has set up
    (
        RULE,
        "The specified GL account '16200' : '16200' is not valid. GL account is restricted by"
        " Department.",
        "account_restricted",
    ),
    (
        RULE,
        "GL account '16200': '16200' specified is not valid. GL account is restricted",
        "account_restricted",
    ),
    (
        RULE,
        "Department '300': '300' specified is not valid. Department is restricted by GL account.",
        "account_restricted",
    ),
    (RULE, "The GL account is restricted by the location US.", "account_restricted"),
    (
        RULE,
        "The account 6000 is restricted by Department and is not active for 300.",
        "account_restricted",
    ),
    (
        RULE,
        "The account number 16200 is associated to the Credit Card CORP-VISA and cannot be used.",
        "account_not_usable",
    ),
    (RULE, "Please link vendor to this Charge Card.", "account_not_usable"),
    (RULE, "Department must be 300. This value is auto-filled", "fixed_value"),
    (RULE, "Location must be 600. This value is auto-filled", "fixed_value"),
    (RULE, "Department must be 300", "fixed_value"),
    (
        RULE,
        "Smart Rule vendor_creation was violated. This record needs to be created at the top"
        " level. Please navigate to the correct level and recreate the record.",
        "company_rule",
    ),
    (RULE, "Meals over 30.00 need a manager's approval (Smart Rule 7).", "company_rule"),
    (
        "BL03002073",
        "Your configuration limits credits to the entity owners. You cannot apply negative line"
        " items in transactions with line items for multiple entities.",
        "amount_refused",
    ),
    (
        RULE,
        "You cannot update a root level vendor from an entity restricted user with one entity",
        "wrong_level",
    ),
    # People and projects
    (
        RULE,
        "The project you selected is not associated with the customer you selected.",
        "customer_differs",
    ),
    (RULE, "The project 'P-1' belongs to another customer.", "customer_differs"),
    (RULE, "The employee isn\u2019t a resource of the project '10064'.", "not_assigned"),
    (RULE, "The employee is not a resource of the project '10064'.", "not_assigned"),
    (
        RULE,
        "The Project '10064' has a project status that prevents expense submittal.",
        "not_open",
    ),
    (
        RULE,
        "The employee's manager doesn't have a user account. Update the approval settings.",
        "no_approver",
    ),
    (RULE, "The vendor 'V7' is on hold.", "on_hold"),
    (RULE, "The expense type 'Travel' is not billable.", "not_billable"),
    (
        FORMAT,
        "Illegal format for Contactversion : Primary Email Address @aeon.org.",
        "invalid_email",
    ),
    (RULE, "The Bill-to contact 'Acme(CC1)' is not valid.", "missing_contact"),
    (RULE, "Bill to contact is required.", "missing_contact"),
    # Numbers and names
    ("BL03002128", "Enter a Bill number, and try again.", "number_missing"),
    ("PL01000127", "Document Number is missing", "number_missing"),
    ("BL03002185", "", "name_taken"),
    ("BL34000061", "Another Bill with the given value(s) P1  already exists", "name_taken"),
    ("PL05000104", "", "name_taken"),
    (RULE, "Duplicate account number", "name_taken"),
    # What cannot be written any more
    (RULE, "The period for the date 03/02/2026 is closed.", "closed_period"),
    (RULE, "Date must be on or after 04/01/2026", "closed_period"),
    (RULE, "You cannot add transactions to a closed summary.", "closed_period"),
    (
        "BL03000215",
        "The Document State is not valid. Cannot update a document that's paid.",
        "paid",
    ),
    (
        "BL03002101",
        "Remove the extra line item in the request, then reclassify the bill.",
        "state_locked",
    ),
    (
        RULE,
        "The amount cannot be updated on the Bill because of the current approval mode set.",
        "state_locked",
    ),
    (RULE, "The timesheet has been approved and cannot be changed.", "timesheet_approved"),
    # Values
    (RULE, "Currency 'EUR' is not set up for this company.", "currency_refused"),
    (RULE, "Tax detail 'VAT 19' is not valid for this tax solution.", "tax_refused"),
    (RULE, "Hours for 03/02/2026 add up to more than 24 hours.", "time_refused"),
    (RULE, "The date is outside the project's begin and end dates.", "date_refused"),
    (RULE, "The description exceeds the maximum length of 100.", "value_too_long"),
    # Variants of the above
    (RULE, "The transaction date is before the first open period.", "closed_period"),
    (RULE, "There is no open period for this date.", "closed_period"),
    (RULE, "The bill is pending approval.", "state_locked"),
    (RULE, "Document sequencing is not set up for bills.", "number_missing"),
    (RULE, "Account 1000 is a non-posting account.", "account_not_usable"),
    (RULE, "Account 9000 is a statistical account.", "account_not_usable"),
    (RULE, "The vendor V1 is owned by entity US.", "wrong_level"),
    (RULE, "The task 'T-1' does not belong to the project 'P-1'.", "target_missing"),
    (RULE, "The employee 'E1' does not have a location.", "missing_dimension"),
    (RULE, "Description can't be more than 80 characters", "value_too_long"),
    (RULE, "A timesheet already exists for this employee and period.", "time_refused"),
    (RULE, "The begin date must be the first day of a period.", "date_refused"),
    (FORMAT, "attachmentdata is empty or too large", "value_refused"),
    (RULE, "The bill must have at least one line item.", "value_refused"),
    (RULE, "Invalid Location 'US' specified.", "target_missing"),
    (RULE, "The Location field is required.", "missing_dimension"),
    (RULE, "Exchange rate for EUR not found for 03/02/2026.", "currency_refused"),
    # The whole kind
    (
        "PL04000005",
        "You do not have permission for API operation CREATE on objects of type eexpenses",
        "no_permission",
    ),
    (
        "XL03000006",
        "The Create operation cannot be performed on objects of type eexpenses",
        "not_subscribed",
    ),
    (
        "PL04000005",
        "API operation 'CREATE' cannot be performed on objects of type x",
        "not_subscribed",
    ),
    (RULE, "The company is not subscribed to Time & Expenses.", "not_subscribed"),
    # Our own requests
    ("XL03000009", "Object definition SODOCUMENT not found", "our_request_wrong"),
    ("XL03000006", "The following fields cannot be queried: [ X: [Y] ]", "our_request_wrong"),
    ("XL03000010", "Field requested is not valid: employee.CLASSID", "our_request_wrong"),
    # Nothing more is known than what it said
    (RULE, "Currently, we can't create the transaction", "refused"),
    (RULE, "Could not create cctransaction record!", "refused"),
    (RULE, "Error while saving the Project info", "refused"),
]
