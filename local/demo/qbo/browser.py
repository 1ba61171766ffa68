"""The user's browser: at the ledger choose the company and connect, at Ledgerlink confirm it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from local.demo.errors import DemoError

CONSENT = "connect"


@dataclass(slots=True)
class Form:
    """A page's form: hidden fields, offered choices and buttons, by name."""

    action: str = ""
    method: str = "get"
    hidden: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def choosing(self, choice: str) -> dict[str, str]:
        """The field of a choice. Raises DemoError when the page does not offer it."""
        names = [name for name, values in self.choices.items() if choice in values]
        if not names:
            raise DemoError(f"The consent page does not offer company {choice}.")
        return {names[0]: choice}

    def pressing(self, button: str) -> dict[str, str]:
        """The fields that go with a button. Raises DemoError when there is no such button."""
        pressed = [(name, value) for name, value in self.buttons if button in value.lower()]
        if not pressed:
            raise DemoError(f"The page has no button that says {button}.")
        return self.hidden | dict(pressed[:1])


class _Reader(HTMLParser):
    """Reads the first form of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.form = Form()
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        match tag, given.get("type", ""):
            case "form", _:
                self.form.action = given.get("action", "")
                self.form.method = given.get("method", "get").lower()
            case "input", "hidden":
                self.form.hidden[name] = value
            case "input", "radio":
                self.form.choices.setdefault(name, []).append(value)
            case ("button", _) | ("input", "submit"):
                self.form.buttons.append((name, value))
            case "select", _:
                self._select = name
            case "option", _:
                self.form.choices.setdefault(self._select, []).append(value)
            case _:
                pass


def read_form(page: str) -> Form:
    """The form of an HTML page."""
    reader = _Reader()
    reader.feed(page)
    return reader.form


def give_consent(browser: httpx.Client, address: str, company: str) -> None:
    """Choose the company at the ledger, then confirm it; Connect is pressed on both pages.

    `browser` follows redirects. Raises DemoError with the last page's words when it went wrong.
    """
    press_connect(browser, choose_company(browser, address, company))


def choose_company(browser: httpx.Client, address: str, company: str) -> httpx.Response:
    """Open the address, choose the company and press Connect; the page that comes back."""
    page = _good(browser.get(address))
    return _send(browser, page, read_form(page.text).choosing(company))


def press_connect(browser: httpx.Client, page: httpx.Response) -> httpx.Response:
    """Press Connect on a page that asks nothing else; the page that comes back."""
    return _send(browser, page, {})


def _send(browser: httpx.Client, page: httpx.Response, chosen: dict[str, str]) -> httpx.Response:
    form = read_form(page.text)
    target, fields = page.url.join(form.action), form.pressing(CONSENT) | chosen
    if form.method == "post":
        return _good(browser.post(target, data=fields))
    return _good(browser.get(target, params=fields))


def _good(page: httpx.Response) -> httpx.Response:
    if not page.is_success:
        raise DemoError(f"The consent went wrong ({page.status_code}): {page.text[:500]}")
    return page
