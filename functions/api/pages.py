"""The few pages that a browser sees: the end of the consent, and the API's documentation."""

from html import escape

from aws_lambda_powertools.event_handler import Response

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>body{{font:1rem/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem}}</style>
<h1>{title}</h1><p>{text}</p></html>"""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def page(status: int, title: str, text: str) -> Response[str]:
    """A page of one title and one sentence."""
    body = PAGE.format(title=escape(title), text=escape(text))
    return Response(status, "text/html; charset=utf-8", body, headers=dict(HEADERS))


def connected_page() -> Response[str]:
    """The consent went well."""
    return page(200, "Connected", "The company is connected. You can close this window.")


def problem_page(status: int, message: str, remedy: str) -> Response[str]:
    """The consent did not go well."""
    return page(status, "Not connected", f"{message} {remedy}")
