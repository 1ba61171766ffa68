"""Faults in every format, and the table of error codes."""

import json
import re
from datetime import date
from typing import Any

import httpx
import pytest
from ledgerlink.connectors.qbo.outcomes.rejected import Findings, Rejection, explain
from ledgerlink.connectors.qbo.protocol import error_codes
from ledgerlink.connectors.qbo.protocol.error_codes import TABLE
from ledgerlink.connectors.qbo.protocol.faults import Fault
from ledgerlink.connectors.qbo.protocol.response import Response, parse
from ledgerlink.connectors.shared.errors import Disposition
from ledgerlink.domain.model.plan import Action, Write
from ledgerlink.domain.model.reasons import REASONS

from tests.support.qbo.scripted_company import fault_body
from tests.support.qbo.writes import change, create

COMPLETE = re.findall(
    r"\d+",
    """
100 110 120 130 140 150 500 600 610 620 630 700 800 900 1000 1010 1020 1040 1050 2000 2010 2020
2030 2040 2050 2060 2070 2080 2090 2100 2110 2120 2130 2140 2150 2160 2170 2180 2190 2200 2210
2220 2230 2240 2250 2260 2270 2280 2290 2300 2500 2600 3000 3001 3100 3200 3202 4000 4001 4002
5000 5010 5020 5030 6000 6010 6020 6030 6040 6041 6050 6060 6070 6080 6090 6100 6110 6120 6130
6140 6150 6160 6170 6180 6190 6200 6210 6220 6230 6240 6250 6270 6280 6290 6300 6310 6320 6330
6340 6350 6360 6370 6380 6390 6400 6420 6430 6440 6450 6460 6470 6480 6490 6500 6510 6520 6530
6540 10000 10100 10200
""",
)

GATEWAY: dict[str, Any] = {
    "warnings": None,
    "fault": {
        "error": [
            {
                "message": "message=AuthenticationFailed; errorCode=003200; statusCode=401",
                "detail": "Token expired: …",
                "code": "3200",
                "element": None,
            }
        ],
        "type": "AUTHENTICATION",
    },
    "batchItemResponse": [],
    "time": 1601391072830,
}

THROTTLED = b"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<IntuitResponse xmlns="http://schema.intuit.com/finance/v3" time="2016-10-14T10:48:39.109-07:00">
<Fault type="SERVICE"><Error code="3001">
<Message>message=ThrottleExceeded; errorCode=003001; statusCode=429</Message>
<Detail>The request limit was reached.  Try again later</Detail>
</Error></Fault></IntuitResponse>"""


def reply_of(status: int, content: bytes, **headers: str) -> Response:
    return parse(httpx.Response(status, content=content, headers=headers))


def test_the_table_knows_the_complete_list_of_codes() -> None:
    assert set(TABLE) == set(COMPLETE)


def test_every_reason_of_the_table_exists() -> None:
    named = {meaning.code for meaning in TABLE.values()}
    named |= {meaning.code_on_change for meaning in TABLE.values() if meaning.code_on_change}
    assert named <= set(REASONS)


@pytest.mark.parametrize("code", COMPLETE)
@pytest.mark.parametrize("write", [create(1), change(1, Action.UPDATE), change(1, Action.DELETE)])
def test_every_code_has_a_reason_in_words(code: str, write: Write) -> None:
    words = explain(Rejection(write, Fault(code, "M", "what the ledger said")), Findings())
    assert words.message
    assert words.remedy


def test_a_business_fault_is_read() -> None:
    body = json.dumps(fault_body("2020", "Required parameter Line is missing", element="Line"))
    reply = reply_of(400, body.encode(), intuit_tid="1-abc")
    (fault,) = reply.faults
    assert (fault.code, fault.element, fault.type) == ("2020", "Line", "ValidationFault")
    assert str(fault) == "Required parameter Line is missing (QuickBooks error 2020)"
    assert reply.trace_id == "1-abc"


def test_a_gateway_fault_in_lower_case_is_read() -> None:
    (fault,) = reply_of(401, json.dumps(GATEWAY).encode()).faults
    assert (fault.code, fault.detail, fault.type) == ("3200", "Token expired: …", "AUTHENTICATION")


def test_a_fault_in_xml_is_read() -> None:
    (fault,) = reply_of(429, THROTTLED, **{"Content-Type": "application/json"}).faults
    assert (fault.code, fault.type) == ("3001", "SERVICE")
    assert fault.detail == "The request limit was reached.  Try again later"


def test_an_entity_in_xml_is_not_followed(tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    content = (
        f'<!DOCTYPE r [<!ENTITY e SYSTEM "file://{secret}">]>'
        '<r><Fault type="SERVICE"><Error code="1"><Detail>&e;</Detail></Error></Fault></r>'
    )
    assert "s3cret" not in str(reply_of(400, content.encode()).faults)


@pytest.mark.parametrize(
    "content", [b"", b"<html><body><h1>502 Bad Gateway<p></body></html>", b"[1]", b"\xff\xfe{"]
)
def test_a_body_that_is_no_fault_is_described_by_its_status(content: bytes) -> None:
    reply = reply_of(502, content)
    assert (reply.faults, str(reply)) == ((), "HTTP status 502")


@pytest.mark.parametrize(
    ("status", "code", "kind", "expected"),
    [
        (400, "2010", "ValidationFault", Disposition.REJECTED),
        (400, "99999", "ValidationFault", Disposition.REJECTED),
        (200, "610", "ValidationFault", Disposition.REJECTED),
        (400, "600", "ValidationFault", Disposition.LOOK_UP),
        (500, "10000", "SystemFault", Disposition.RETRY),
        (500, "77777", "SystemFault", Disposition.RETRY),
        (503, "77777", "SERVICE", Disposition.RETRY),
        (403, "3001", "SERVICE", Disposition.THROTTLED),
        (429, "77777", "SERVICE", Disposition.THROTTLED),
        (403, "3100", "SERVICE", Disposition.RECONNECT),
        (401, "3200", "AUTHENTICATION", Disposition.RECONNECT),
        (403, "120", "AuthorizationFault", Disposition.RECONNECT),
        (403, "77777", "AuthorizationFault", Disposition.STOP),
        (403, "77777", "SERVICE", Disposition.STOP),
        (400, "5030", "ValidationFault", Disposition.REJECTED),
        (400, "6190", "ValidationFault", Disposition.STOP),
    ],
)
def test_codes_decide_and_then_types_and_then_statuses(
    status: int, code: str, kind: str, expected: Disposition
) -> None:
    assert Response(status, faults=(Fault(code, type=kind),)).disposition is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (0, Disposition.RETRY),
        (200, Disposition.RETRY),
        (400, Disposition.REJECTED),
        (401, Disposition.RECONNECT),
        (403, Disposition.STOP),
        (404, Disposition.STOP),
        (408, Disposition.RETRY),
        (429, Disposition.THROTTLED),
        (502, Disposition.RETRY),
    ],
)
def test_without_a_readable_body_the_status_decides(status: int, expected: Disposition) -> None:
    assert Response(status).disposition is expected


def test_of_several_faults_the_gravest_decides() -> None:
    faults = (Fault("610"), Fault("120"), Fault("10000"))
    assert error_codes.gravest(faults).code == "120"
    assert Response(400, faults=faults).disposition is Disposition.RECONNECT


def explained(write: Write, fault: Fault, **found: Any) -> tuple[str, str]:
    why = explain(Rejection(write, fault), Findings(**found))
    return why.code, why.message


def test_a_missing_record_means_another_thing_for_a_change_than_for_a_create() -> None:
    assert explained(create(1), Fault("610"))[0] == "target_missing"
    assert explained(change(1, Action.UPDATE), Fault("610"))[0] == "gone_in_ledger"
    assert explained(change(1, Action.DELETE), Fault("610"))[0] == "gone_in_ledger"


def test_a_business_rule_is_about_billing_only_when_the_activity_is_billed() -> None:
    update, fault = change(1, Action.UPDATE, ledger_id="7"), Fault("6000", detail="It says no.")
    code, message = explained(update, fault, billed={"7": "1042"})
    assert code == "billed"
    assert "by invoice 1042" in message
    code, message = explained(update, fault, billed={"8": None})
    assert code == "refused"
    assert "It says no." in message


def test_a_version_conflict_in_closed_books_is_a_closed_period() -> None:
    update, fault = change(1, Action.UPDATE), Fault("5010")
    assert explained(update, fault)[0] == "changed_in_ledger"
    assert explained(update, fault, closed_through=date(2026, 2, 1))[0] == "changed_in_ledger"
    code, message = explained(update, fault, closed_through=date(2026, 2, 2))
    assert code == "closed_period"
    assert "2026-02-02" in message


def test_the_holder_of_a_name_is_named() -> None:
    customer = create(1, {"DisplayName": "Cool Cars"}, "Customer")
    told = Fault("6240", detail="The name supplied already exists. : Id=1209")
    assert "by record 1209" in explained(customer, told)[1]
    silent = Fault("6240", detail="Duplicate Name Exists Error : null")
    found = explained(customer, silent, holders={"cool cars": "by vendor 30"})[1]
    assert found == "The name Cool Cars is already used in the accounting system (by vendor 30)."


def test_a_text_too_long_names_our_field_and_both_lengths() -> None:
    write = create(1, {"Description": "x" * 4006})
    why = explain(Rejection(write, Fault("2050", element="Description")), Findings())
    assert (why.code, why.field) == ("text_too_long", "notes")
    assert "4006" in why.message
    assert "4000" in why.message


def test_a_text_too_long_in_an_unknown_field_has_the_ledgers_text() -> None:
    why = explain(Rejection(create(1), Fault("2050", detail="Max:15", element="Fax")), Findings())
    assert why.code == "refused"
    assert "Max:15" in why.message
