"""Preferences and company information of a new company."""

from __future__ import annotations

from local.sandboxes.qbo.books.rows import Row


def preferences(currency: str) -> Row:
    """Everything the product reads is on, so that a test turns off what it needs off."""
    return {
        "Id": "1",
        "AccountingInfoPrefs": {
            "FirstMonthOfFiscalYear": "January",
            "UseAccountNumbers": True,
            "TaxYearMonth": "January",
            "ClassTrackingPerTxn": True,
            "ClassTrackingPerTxnLine": True,
            "TrackDepartments": True,
            "TaxForm": "6",
            "CustomerTerminology": "Customers",
            "DepartmentTerminology": "Location",
        },
        "ProductAndServicesPrefs": {
            "ForSales": True,
            "ForPurchase": True,
            "QuantityWithPriceAndRate": True,
            "QuantityOnHand": True,
        },
        "SalesFormsPrefs": {
            "CustomTxnNumbers": False,
            "AllowDeposit": True,
            "AllowDiscount": True,
            "AllowServiceDate": True,
            "AllowShipping": True,
            "AllowEstimates": True,
            "DefaultTerms": {"value": "3"},
            "ETransactionEnabledStatus": "NotApplicable",
            "CustomField": _custom_fields(),
        },
        "EmailMessagesPrefs": {
            name: {"Subject": subject, "Message": "Thank you for your business."}
            for name, subject in (
                ("InvoiceMessage", "Invoice"),
                ("EstimateMessage", "Estimate"),
                ("SalesReceiptMessage", "Sales Receipt"),
                ("StatementMessage", "Statement"),
            )
        },
        "VendorAndPurchasesPrefs": {
            "TrackingByCustomer": True,
            "BillableExpenseTracking": True,
            "POCustomField": [],
        },
        "TimeTrackingPrefs": {
            "UseServices": True,
            "BillCustomers": True,
            "ShowBillRateToAll": False,
            "WorkWeekStartDate": "Monday",
            "MarkTimeEntriesBillable": True,
        },
        "TaxPrefs": {"UsingSalesTax": True, "PartnerTaxEnabled": False},
        "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": currency}},
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "OtherPrefs": {"NameValue": _other()},
    }


def _custom_fields() -> list[Row]:
    return [
        {
            "CustomField": [
                {
                    "Name": "SalesFormsPrefs.UseSalesCustom1",
                    "Type": "BooleanType",
                    "BooleanValue": True,
                }
            ]
        },
        {
            "CustomField": [
                {
                    "Name": "SalesFormsPrefs.SalesCustomName1",
                    "Type": "StringType",
                    "StringValue": "Crew #",
                }
            ]
        },
    ]


def _other() -> list[Row]:
    values = {
        "SalesFormsPrefs.DefaultCustomerMessage": "Thank you for your business.",
        "SalesFormsPrefs.DefaultItem": "1",
        "DTXCopyMemo": "false",
        "UncategorizedAssetAccountId": "32",
        "UncategorizedIncomeAccountId": "30",
        "UncategorizedExpenseAccountId": "31",
        "SFCEnabled": "true",
        "DataPartner": "false",
        "Vendor1099Enabled": "true",
        "TimeTrackingFeatureEnabled": "true",
        "FDPEnabled": "false",
        "isDTXOnStage": "false",
        "ProjectsEnabled": "true",
    }
    return [{"Name": name, "Value": value} for name, value in values.items()]


def company_info(name: str, country: str) -> Row:
    address = {
        "Id": "1",
        "Line1": "123 Sierra Way",
        "City": "San Pablo",
        "CountrySubDivisionCode": "CA",
        "PostalCode": "87999",
        "Country": "USA",
    }
    features = {
        "NeoEnabled": "true",
        "OfferingSku": "QuickBooks Online Plus",
        "IsQbdtMigrated": "false",
    }
    return {
        "Id": "1",
        "CompanyName": name,
        "LegalName": name,
        "CompanyAddr": address,
        "CustomerCommunicationAddr": dict(address),
        "LegalAddr": dict(address),
        "PrimaryPhone": {"FreeFormNumber": "555-0100"},
        "Email": {"Address": "books@example.com"},
        "WebAddr": {},
        "CompanyStartDate": "2020-01-01",
        "FiscalYearStartMonth": "January",
        "Country": country,
        "SupportedLanguages": "en",
        "NameValue": [{"Name": n, "Value": v} for n, v in features.items()],
    }
