"""What QuickBooks answers when it refuses: code, HTTP status and words, as data."""

from __future__ import annotations

from typing import Any, Final

MESSAGES: Final[dict[str, str]] = {
    "500": "Unsupported Operation",
    "600": "Duplicate Request ID",
    "610": "Object Not Found",
    "620": "Transaction ID cannot be linked",
    "1040": "Batch request exceeds the maximum number of items",
    "2010": "Request has invalid or unsupported property",
    "2020": "Required param missing, need to supply the required value for the API",
    "2030": "Invalid ID",
    "2040": "Invalid Characters",
    "2050": "String length is either shorter or longer than supported by specification",
    "2070": "Invalid Date Format",
    "2090": "Invalid Number",
    "2110": "Invalid Decimal Number",
    "2120": "Invalid Type",
    "2130": "Invalid Request ID",
    "2140": "Invalid Amount",
    "2150": "Invalid Percentage",
    "2170": "Invalid Enumeration",
    "2190": "Date out of range",
    "2210": "Invalid Email Address",
    "2220": "Invalid Currency",
    "2230": "Invalid Boolean",
    "2240": "Number out of range",
    "2290": "Negative Amount",
    "2300": "Debits do not equal credits",
    "2500": "Invalid Reference Id",
    "3000": "Invalid Custom Field",
    "4000": "Error parsing query",
    "4001": "Invalid query",
    "4002": "Error processing query",
    "5010": "Stale Object Error",
    "5020": "Permission Denied Error",
    "5030": "Feature Not Supported Error",
    "6000": "A business validation error has occurred while processing your request",
    "6010": "Account Type and Subtype do not match",
    "6030": "Request exceeds the maximum size",
    "6040": "Unsupported file type",
    "6050": "Attachable cannot be linked to this object",
    "6070": "Amount is not equal to UnitPrice * Qty",
    "6080": "At least one name field must be supplied",
    "6090": "Invalid discount line",
    "6100": "Invalid tax code",
    "6140": "Duplicate Document Number Error",
    "6150": "ParentRef is required for a sub object",
    "6180": "Maximum hierarchy depth exceeded",
    "6190": "Invalid Company Status",
    "6200": "Account Period Closed, Cannot Update Through Services API",
    "6210": "Account Period Closed, Cannot Update Through Services API",
    "6240": "Duplicate Name Exists Error",
    "6290": "Invalid Employee Or Vendor",
    "6300": "Invalid Employee Or Vendor Name",
    "6310": "Missing Customer",
    "6320": "Invalid Billable Status",
    "6330": "Missing Billing Rate",
    "6340": "Invalid Time",
    "6350": "Missing Time",
    "6360": "Invalid Start Or End Time",
    "6370": "Start Time After End Time",
    "6380": "Invalid Duration",
    "6390": "Invalid Multiple Durations",
    "6400": "Charge has been invoiced",
    "6420": "Missing Email Address",
    "6430": "Invalid Account Type",
    "6450": "Transaction cannot be voided",
    "6480": "Matched transaction cannot be changed",
    "6540": "Deposited Transaction cannot be changed",
    "10000": "An application error has occurred while processing your request",
}


class Fault(Exception):
    """A business fault. HTTP 400, or 500 for a SystemFault."""

    def __init__(self, code: str, detail: str, element: str = "", message: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail, self.element = code, detail, element
        self.message = message or MESSAGES.get(code, "Unknown error")
        self.status = 500 if code == "10000" else 400

    def body(self) -> dict[str, Any]:
        """The `Fault` object of section 9.1."""
        error = {"Message": self.message, "Detail": self.detail, "code": self.code}
        kind = "SystemFault" if self.code == "10000" else "ValidationFault"
        return {"Error": [{**error, "element": self.element}], "type": kind}


class GatewayFault(Exception):
    """Refused before the accounting service saw it: lower-case keys, epoch-millis time."""

    def __init__(self, status: int, code: str, name: str, detail: str, kind: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.status, self.code, self.detail, self.kind = status, code, detail, kind
        self.message = f"message={name}; errorCode={int(code):06d}; statusCode={status}"

    def body(self, millis: int) -> dict[str, Any]:
        error = {"message": self.message, "detail": self.detail, "code": self.code}
        return {
            "warnings": None,
            "intuitObject": None,
            "fault": {"error": [{**error, "element": None}], "type": self.kind},
            "report": None,
            "queryResponse": None,
            "batchItemResponse": [],
            "attachableResponse": [],
            "syncErrorResponse": None,
            "requestId": None,
            "time": millis,
            "status": None,
            "cdcresponse": [],
        }


def unauthorized(detail: str) -> GatewayFault:
    return GatewayFault(401, "3200", "AuthenticationFailed", detail, "AUTHENTICATION")


def forbidden() -> GatewayFault:
    return GatewayFault(403, "3100", "ApplicationAuthorizationFailed", "", "SERVICE")


def throttled() -> GatewayFault:
    words = "The request limit was reached.  Try again later"
    return GatewayFault(429, "3001", "ThrottleExceeded", words, "SERVICE")


def business(detail: str, code: str = "6000") -> Fault:
    return Fault(code, f"Business Validation Error: {detail}")


INACTIVE_WORDS = (
    "Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)


def not_found() -> Fault:
    return Fault("610", f"Object Not Found : {INACTIVE_WORDS}")


def required(element: str) -> Fault:
    return Fault("2020", f"Required parameter {element} is missing in the request", element)
