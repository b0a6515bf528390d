"""Folders of the checkout and of published data."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


SHARED = Path(os.environ.get("IMPSY_SHARED_DATA", ROOT.parent / "shared" / "data"))


def published(*path: str) -> Path:
    """Returns a published file or folder that a test compares with; skips the test if it is missing."""
    found = SHARED.joinpath(*path)
    if not found.exists():
        pytest.skip(f"compares with published figures, which are not at {found} (IMPSY_SHARED_DATA: another place)")
    return found
