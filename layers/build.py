"""python -m layers.build --platform lambda|machine: everything `cdk deploy` uploads.

Writes below .build/{platform}/, each part with its bytecode:
    dependencies/python/...               requirements/runtime.txt
    code/python/ledgerlink/...            shared/ledgerlink
    functions/{name}/functions/{name}/... one per folder of functions/ with a handler.py
"""

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from layers import bytecode, dependencies
from layers.dependencies import PLATFORMS, Platform, install, python_of, strip, target_words
from layers.errors import BuildError
from layers.fingerprint import digest
from layers.staging import copy_tree, one_builder, renew, size_of

ROOT = Path(__file__).resolve().parents[1]
MEGABYTE = 1_000_000
LAYER_LIMIT = 80 * MEGABYTE
NO_COMPILER = (
    "Python {0} was not found, and without it the layers hold no bytecode: every cold start would "
    "compile them anew. Put a python{0} on the PATH and build again; .venv/bin/uv python install "
    "{0} fetches one and says where it is. `--bytecode if-possible` builds without it."
)


@dataclass(frozen=True)
class Part:
    """One uploaded folder, its size in bytes and whether this build made it anew."""

    folder: Path
    size: int
    renewed: bool


@dataclass(frozen=True)
class Builder:
    """What all parts of one build share."""

    root: Path
    platform: Platform
    python: str | None
    """The interpreter that compiles the parts; None leaves them without bytecode."""

    @property
    def build(self) -> Path:
        return self.root / ".build"

    def part(self, name: str, inputs: str, fill: Callable[[Path], None]) -> Part:
        """Fill the folder of that name and compile it, unless its inputs are those of before."""

        def fill_and_compile(fresh: Path) -> None:
            fill(fresh)
            if self.python:
                bytecode.compile_folder(fresh, self.python)

        folder = self.build / self.platform / name
        renewed = renew(self.build, folder, inputs, fill_and_compile)
        return Part(folder, size_of(folder), renewed)

    def digest(self, paths: Sequence[Path], *words: str) -> str:
        """What tells the part of these sources from that of others, or of another compiler."""
        compiler = "python{}.{}".format(*python_of(self.platform)) if self.python else "no compiler"
        return digest(self.root, paths, compiler, Path(bytecode.__file__).read_text(), *words)


def build(
    platform: Platform, root: Path = ROOT, *, needs_bytecode: bool = True
) -> tuple[Part, ...]:
    """Build what changed. BuildError when a package or the compiler is missing, or the layers are
    too large."""
    version = python_of(platform)
    python = bytecode.interpreter(version)
    if needs_bytecode and not python:
        raise BuildError(NO_COMPILER.format("{}.{}".format(*version)))
    builder = Builder(root, platform, python)
    with one_builder(builder.build):
        layers = (_dependencies(builder), _code(builder))
        functions = tuple(_function(builder, name) for name in function_names(root))
    unzipped = sum(part.size for part in layers)
    if platform == "lambda" and unzipped > LAYER_LIMIT:  # wheels for this machine may be larger
        raise BuildError(
            f"the layers unzip to {unzipped / MEGABYTE:.1f} MB; the limit is "
            f"{LAYER_LIMIT / MEGABYTE:.0f} MB. Remove a package from requirements/runtime.in"
        )
    return layers + functions


def function_names(root: Path = ROOT) -> tuple[str, ...]:
    """The functions of the stack: folders of functions/ that hold a handler."""
    return tuple(sorted(path.parent.name for path in (root / "functions").glob("*/handler.py")))


def _dependencies(builder: Builder) -> Part:
    requirements = builder.root / "requirements" / "runtime.txt"

    def fill(fresh: Path) -> None:
        install(requirements, fresh / "python", builder.platform)
        strip(fresh / "python")

    recipe = Path(dependencies.__file__).read_text()
    inputs = builder.digest([requirements], recipe, *target_words(builder.platform))
    return builder.part("dependencies", inputs, fill)


def _code(builder: Builder) -> Part:
    source = builder.root / "shared" / "ledgerlink"
    return builder.part(
        "code",
        builder.digest([source]),
        lambda fresh: copy_tree(source, fresh / "python" / "ledgerlink"),
    )


def _function(builder: Builder, name: str) -> Part:
    functions = builder.root / "functions"
    source, shared = functions / name, sorted(functions.glob("*.py"))

    def fill(fresh: Path) -> None:
        copy_tree(source, fresh / "functions" / name)
        (fresh / "functions" / "__init__.py").touch()
        for module in shared:
            shutil.copyfile(module, fresh / "functions" / module.name)

    return builder.part(f"functions/{name}", builder.digest([source, *shared]), fill)


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
    parser.add_argument("--bytecode", choices=("required", "if-possible"), default="required")
    chosen = parser.parse_args()
    try:
        parts = build(chosen.platform, needs_bytecode=chosen.bytecode == "required")
    except BuildError as error:
        print(error, file=sys.stderr)
        return 2
    print(size_table(parts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
