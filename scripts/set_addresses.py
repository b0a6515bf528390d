#!/usr/bin/env python3
"""Writes the address of the repository into README.md and pyproject.toml, before a release is built.

``set_addresses.py https://github.com/OWNER/NAME v0.2.0`` changes both files in the current folder. Links and pictures
of the README lead to the files of that tag. The package names its homepage, manual, changelog and issues.
"""

import re
import sys
from pathlib import Path
from typing import Final

_RELATIVE: Final = re.compile(r"(!?)(\[[^\]]*\])\((?!\w+:|#)([^)\s]+)\)")
_TABLE: Final = "[project.urls]\n"


def readme(text: str, repository: str, tag: str) -> str:
    """Returns a README whose relative links and pictures lead to a tag of the repository."""
    return _RELATIVE.sub(
        lambda link: f"{link[1]}{link[2]}({repository}/{'raw' if link[1] else 'blob'}/{tag}/{link[3]})", text
    )


def project(text: str, repository: str, tag: str) -> str:
    """Returns a pyproject.toml with the addresses of the repository."""
    pages = f"{repository}/blob/{tag}/docs/pages"
    urls = {
        "Homepage": repository,
        "Documentation": f"{pages}/index.md",
        "Changelog": f"{pages}/contribute/changelog.md",
        "Issues": f"{repository}/issues",
    }
    if _TABLE not in text:
        raise SystemExit("pyproject.toml has no table [project.urls]: add one.")
    return text.replace(_TABLE, _TABLE + "".join(f'{name} = "{url}"\n' for name, url in urls.items()))


def main(repository: str, tag: str) -> None:
    """Changes README.md and pyproject.toml of the current folder."""
    for file, change in ((Path("README.md"), readme), (Path("pyproject.toml"), project)):
        file.write_text(change(file.read_text(encoding="utf-8"), repository.rstrip("/"), tag), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
