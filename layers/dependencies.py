"""The dependency layer: requirements/runtime.txt, by hash, for Lambda or for this machine.

Wheels only, so no Docker and no compiler. Lambda's Python 3.13 runs on Amazon Linux 2023
(glibc 2.34), which takes manylinux_2_28 wheels:
https://docs.aws.amazon.com/lambda/latest/dg/python-package.html
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal, get_args

from layers.errors import BuildError

Platform = Literal["lambda", "machine"]
PLATFORMS: tuple[Platform, ...] = get_args(Platform)
GLIBC_TAGS = ("manylinux_2_28_aarch64", "manylinux2014_aarch64", "manylinux_2_17_aarch64")
LAMBDA_PYTHON = (3, 13)
LAMBDA_TARGET = (
    *(word for tag in GLIBC_TAGS for word in ("--platform", tag)),
    *("--implementation", "cp", "--python-version", "{}.{}".format(*LAMBDA_PYTHON)),
)
UNUSED = (
    *("bin", "**/__pycache__", "**/tests"),
    *("**/*.c", "**/*.h", "**/*.pxd", "**/*.pyi", "**/*.pyx"),
    *("lxml/html", "lxml/includes", "lxml/isoschematron", "lxml/objectify*"),
    "aiohttp/web*.py",  # its server
    "rapidfuzz/**/*_avx2.*",  # each beside one for every processor, which is taken without it
)
INSTALL_RECORDS = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
INSTALL_SECONDS = 300


def python_of(platform: Platform) -> tuple[int, int]:
    """The Python that imports what is built."""
    return LAMBDA_PYTHON if platform == "lambda" else sys.version_info[:2]


def target_words(platform: Platform) -> tuple[str, ...]:
    """What tells two builds of the same requirements apart."""
    interpreter = (sys.platform, str(sys.implementation.cache_tag))
    return (platform, *LAMBDA_TARGET, *interpreter)


def install(requirements: Path, into: Path, platform: Platform) -> None:
    """Install the locked requirements into a folder; BuildError with pip's words if not."""
    target = LAMBDA_TARGET if platform == "lambda" else ()
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    command += ["--only-binary", ":all:", "--require-hashes", "--target", str(into), *target]
    command += ["-r", str(requirements)]
    done = subprocess.run(  # noqa: S603 - fixed words and our own paths
        command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
    )
    if done.returncode:
        raise BuildError(f"the dependency layer could not be installed:\n{done.stderr.strip()}")


def strip(folder: Path) -> None:
    """Remove what no function imports. Licences and METADATA stay."""
    for pattern in UNUSED:
        for path in sorted(folder.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for record in INSTALL_RECORDS:
        for path in folder.glob(f"*.dist-info/{record}"):
            path.unlink()
