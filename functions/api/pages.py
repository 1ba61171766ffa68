"""The pages that a browser shows: at the end of a consent, the reference, the error codes."""

from collections.abc import Mapping
from functools import cache
from html import escape

from aws_lambda_powertools.event_handler import Response
from ledgerlink.domain.model.connections import Authorization
from ledgerlink.domain.model.reasons import REASONS

from functions.api.error_codes import REFUSALS, anchor

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>body{{font:1rem/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem}}
button{{font:inherit;padding:.3rem 1rem;margin-right:.5rem}}dd{{font-weight:bold}}</style>
<h1>{title}</h1>{body}</html>"""
CONFIRM = """<p>Your company&#39;s books are about to be opened to the firm below.
Connect only if you know who asked and want this.</p>
<dl><dt>Firm</dt><dd>{firm}</dd><dt>Asked by</dt><dd>{user}</dd><dt>On</dt><dd>{asked_at}</dd>
<dt>Company in the ledger</dt><dd>{company_id}</dd></dl>
<form method="post" action="callback">{hidden}
<button name="decision" value="{connect}">Connect</button>
<button name="decision" value="cancel">Cancel</button></form>"""
CONNECT = "connect"
REFERENCE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Ledgerlink API</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="stylesheet" href="{style}"><div id="reference"></div>
<script src="{script}"></script>
<script>SwaggerUIBundle({{url: "openapi.json", dom_id: "#reference", deepLinking: true}})</script>
</html>"""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def page(status: int, title: str, text: str) -> Response[str]:
    """A page of one title and one sentence."""
    return _page(status, title, f"<p>{escape(text)}</p>")


def confirm_page(asked: Authorization, code: str, company_id: str) -> Response[str]:
    """A page that shows who asked for which company, with buttons to connect and to cancel.

    The form posts to the same address without its query, because hidden fields carry the values.
    """
    body = CONFIRM.format(
        firm=escape(asked.firm),
        user=escape(asked.user),
        asked_at=f"{asked.asked_at:%Y-%m-%d %H:%M} UTC",
        company_id=escape(company_id),
        hidden=_hidden({"state": asked.state, "code": code, "realmId": company_id}),
        connect=CONNECT,
    )
    return _page(200, "Connect this company?", body)


def connected_page() -> Response[str]:
    """The page after a consent that connected the company."""
    return page(
        200,
        "Connected",
        "The company is connected, and its lists are being read. You can close this window.",
    )


def cancelled_page() -> Response[str]:
    """The page after a cancelled consent."""
    return page(
        200,
        "Not connected",
        "You cancelled. Nothing was connected. Time tracking shows that; the connection can be "
        "deleted there, or connected again. You can close this window.",
    )


def problem_page(status: int, message: str, remedy: str) -> Response[str]:
    """The page after a consent that failed."""
    return page(status, "Not connected", f"{message} {remedy}")


def reference_page(assets: Mapping[str, str]) -> str:
    """The page of the API's reference; `assets` has the addresses of its script and style."""
    style, script = (next(a for n, a in assets.items() if n.endswith(end)) for end in ("css", "js"))
    return REFERENCE.format(style=escape(style), script=escape(script))


@cache
def errors_page() -> str:
    """The page with every code of problem documents and of reasons, each with its own anchor."""
    refused = "".join(
        f'<dt id="{code}">{code} ({one.status})</dt><dd>{escape(one.when)}</dd>'
        for code, one in REFUSALS.items()
    )
    reasons = "".join(
        f'<dt id="{anchor(code)}">{code}</dt><dd>{escape(one.message)} {escape(one.remedy)}</dd>'
        for code, one in REASONS.items()
    )
    body = (
        "<p>The code of a problem document says why a request was refused. The code of a reason "
        "says why a record, run or connection is as it is. Words in braces are its values.</p>"
        f"<h2>Refused requests</h2><dl>{refused}</dl><h2>Reasons</h2><dl>{reasons}</dl>"
    )
    return PAGE.format(title="Error codes", body=body)


def _page(status: int, title: str, body: str) -> Response[str]:
    text = PAGE.format(title=escape(title), body=body)
    return Response(status, "text/html; charset=utf-8", text, headers=dict(HEADERS))


def _hidden(fields: Mapping[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
