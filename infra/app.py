"""The CDK app; `cdk` runs it as `python -m infra.app` (see cdk.json)."""

import sys
from pathlib import Path

from aws_cdk import App

from infra.functions import BuildMissing
from infra.settings import SettingError, read_settings
from infra.stack import LedgerlinkStack

ROOT = Path(__file__).resolve().parents[1]
STACK = "Ledgerlink"


def main() -> int:
    app = App()
    try:
        settings = read_settings(app.node.try_get_context)
        LedgerlinkStack(app, STACK, settings, ROOT / ".build")
    except (SettingError, BuildMissing) as error:
        print(error, file=sys.stderr)
        return 2
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
