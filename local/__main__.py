"""python -m local up|down|status|token|tick|reset: Ledgerlink on this machine."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from local.machine import Machine, MachineError, Ports
from local.machine.layout import DEFAULT_ROOT, Layout
from local.machine.ledgers import LEDGERS
from local.machine.machine import ALL_SCOPES, SEEDS

DEFAULT_FIRM = "demo-firm"
CANNOT = 2
NOT_RUNNING = 1


def up(options: argparse.Namespace) -> int:
    machine = Machine(
        ports=_ports(options),
        state_dir=options.state_dir,
        scale=options.scale,
        seed=options.seed,
        say=print,
    )
    machine.start()
    _print_addresses(machine)
    print(f"token for {DEFAULT_FIRM}, 60 minutes:\n{machine.token(DEFAULT_FIRM)}")
    return 0


def _ports(options: argparse.Namespace) -> Ports:
    sandboxes = {ledger.name: getattr(options, f"{ledger.name}_port") for ledger in LEDGERS}
    return Ports(options.aws_port, options.issuer_port, sandboxes)


def down(options: argparse.Namespace) -> int:
    machine = Machine.last(options.state_dir)
    if machine is not None:
        machine.stop()
    print("nothing is running; the state is kept for the next `make up`")
    return 0


def status(options: argparse.Namespace) -> int:
    machine = Machine.last(options.state_dir) or Machine(state_dir=options.state_dir)
    for service in machine.services():
        words = "up" if service.pid() is not None and service.is_healthy() else "down"
        print(f"{service.name:<10}{words:<6}port {service.port}")
    if not machine.is_running():
        return NOT_RUNNING
    _print_addresses(machine)
    return 0


def token(options: argparse.Namespace) -> int:
    machine = Machine.attach(options.state_dir)
    print(machine.token(options.firm, options.user, options.scopes, options.minutes))
    return 0


def tick(options: argparse.Namespace) -> int:
    queued = Machine.attach(options.state_dir).tick()
    print(f"connections whose work was queued: {queued}")
    return 0


def reset(options: argparse.Namespace) -> int:
    down(options)
    Layout(options.state_dir).forget()
    print("the state is gone too")
    return 0


def _print_addresses(machine: Machine) -> None:
    addresses = {
        "API": machine.api_url,
        "API reference": f"{machine.api_url}/v1/docs",
        "AWS endpoint": machine.aws_endpoint,
        "token issuer": machine.issuer_url,
    }
    for ledger in LEDGERS:
        addresses[ledger.title] = machine.sandbox_url(ledger.name)
        if ledger.webhook_token:
            addresses[f"{ledger.title} webhooks"] = machine.webhook_url(ledger.name)
    for name, address in addresses.items():
        print(f"{name:<22}{address}")


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "up": up,
    "down": down,
    "status": status,
    "token": token,
    "tick": tick,
    "reset": reset,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--state-dir", type=Path, default=DEFAULT_ROOT)
    commands = parser.add_subparsers(dest="command", required=True)
    parsers = {name: commands.add_parser(name) for name in COMMANDS}
    _add_up_options(parsers["up"])
    _add_token_options(parsers["token"])
    return parser


def _add_up_options(parser: argparse.ArgumentParser) -> None:
    usual = Ports()
    parser.add_argument("--aws-port", type=int, default=usual.aws)
    parser.add_argument("--issuer-port", type=int, default=usual.issuer)
    for ledger, port in usual.sandboxes.items():
        parser.add_argument(f"--{ledger}-port", type=int, default=port)
    parser.add_argument("--seed", choices=SEEDS, default="sample")
    parser.add_argument("--scale", type=int, default=1, help="speed of the sandboxes' clocks")


def _add_token_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--firm", default=DEFAULT_FIRM)
    parser.add_argument("--user", default="demo")
    parser.add_argument("--scopes", nargs="+", default=list(ALL_SCOPES))
    parser.add_argument("--minutes", type=int, default=60)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return COMMANDS[options.command](options)
    except MachineError as error:
        print(error, file=sys.stderr)
        return CANNOT
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return CANNOT


if __name__ == "__main__":
    sys.exit(main())
