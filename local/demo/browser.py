"""The user's browser at the consent page: follow the address, choose the company, connect."""

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

    def filled(self, choice: str, button: str) -> dict[str, str]:
        """The fields to send. Raises DemoError when the page does not offer the choice."""
        names = [name for name, values in self.choices.items() if choice in values]
        pressed = [(name, value) for name, value in self.buttons if button in value.lower()]
        if not names or not pressed:
            raise DemoError(
                f"The consent page does not offer company {choice} with a Connect button."
            )
        return self.hidden | {names[0]: choice} | dict(pressed[:1])


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
    """Open the address, choose the company and press Connect, through to the last page.

    `browser` follows redirects. Raises DemoError with the last page's words when it went wrong.
    """
    page = browser.get(address)
    _check(page)
    form = read_form(page.text)
    target, fields = page.url.join(form.action), form.filled(company, CONSENT)
    if form.method == "post":
        _check(browser.post(target, data=fields))
    else:
        _check(browser.get(target, params=fields))


def _check(page: httpx.Response) -> None:
    if not page.is_success:
        raise DemoError(f"The consent went wrong ({page.status_code}): {page.text[:500]}")
