"""python -m layers.build --platform lambda|machine: everything `cdk deploy` uploads.

Writes below .build/:
    layers/{platform}/dependencies/python/...   requirements/runtime.txt
    layers/code/python/ledgerlink/...           shared/ledgerlink
    functions/{name}/functions/{name}/...       one per folder of functions/ with a handler.py
"""

import argparse
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from layers.dependencies import (
    PLATFORMS,
    Platform,
    compile_where_possible,
    install,
    strip,
    target_words,
)
from layers.errors import BuildError
from layers.fingerprint import digest
from layers.staging import copy_tree, one_builder, renew, size_of

ROOT = Path(__file__).resolve().parents[1]
MEGABYTE = 1_000_000
LAYER_LIMIT = 80 * MEGABYTE


@dataclass(frozen=True)
class Part:
    """One uploaded folder, its size in bytes and whether this build made it anew."""

    folder: Path
    size: int
    renewed: bool


def build(platform: Platform, root: Path = ROOT) -> tuple[Part, ...]:
    """Build what changed. BuildError when a package is missing or the layers are too large."""
    target = root / ".build"
    with one_builder(target):
        layers = (_dependencies(root, target, platform), _code(root, target))
        functions = tuple(_function(root, target, name) for name in function_names(root))
    unzipped = sum(part.size for part in layers)
    if unzipped > LAYER_LIMIT:
        raise BuildError(
            f"the layers unzip to {unzipped / MEGABYTE:.1f} MB; the limit is "
            f"{LAYER_LIMIT / MEGABYTE:.0f} MB. Remove a package from requirements/runtime.in"
        )
    return layers + functions


def function_names(root: Path = ROOT) -> tuple[str, ...]:
    """The functions of the stack: folders of functions/ that hold a handler."""
    return tuple(sorted(path.parent.name for path in (root / "functions").glob("*/handler.py")))


def _dependencies(root: Path, target: Path, platform: Platform) -> Part:
    requirements = root / "requirements" / "runtime.txt"

    def fill(fresh: Path) -> None:
        install(requirements, fresh / "python", platform)
        strip(fresh / "python")
        compile_where_possible(fresh / "python", platform)

    recipe = Path(__file__).with_name("dependencies.py").read_text()
    inputs = digest(root, [requirements], recipe, *target_words(platform))
    folder = target / "layers" / platform / "dependencies"
    renewed = renew(target, folder, inputs, fill)
    return Part(folder, size_of(folder), renewed)


def _code(root: Path, target: Path) -> Part:
    source = root / "shared" / "ledgerlink"
    folder = target / "layers" / "code"
    renewed = renew(
        target,
        folder,
        digest(root, [source]),
        lambda fresh: copy_tree(source, fresh / "python" / "ledgerlink"),
    )
    return Part(folder, size_of(folder), renewed)


def _function(root: Path, target: Path, name: str) -> Part:
    source, shared = root / "functions" / name, sorted((root / "functions").glob("*.py"))

    def fill(fresh: Path) -> None:
        copy_tree(source, fresh / "functions" / name)
        (fresh / "functions" / "__init__.py").touch()
        for module in shared:
            shutil.copyfile(module, fresh / "functions" / module.name)

    folder = target / "functions" / name
    renewed = renew(target, folder, digest(root, [source, *shared]), fill)
    return Part(folder, size_of(folder), renewed)


def size_table(parts: tuple[Part, ...], root: Path = ROOT) -> str:
    """One line per part: name, megabytes, and whether it was built or kept."""
    lines = [f"{'part':<44}{'MB':>8}  state"]
    for part in parts:
        name, state = part.folder.relative_to(root), "built" if part.renewed else "unchanged"
        lines.append(f"{name!s:<44}{part.size / MEGABYTE:>8.2f}  {state}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m layers.build", description=__doc__)
    parser.add_argument("--platform", choices=PLATFORMS, required=True)
    try:
        print(size_table(build(parser.parse_args().platform)))
    except BuildError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
