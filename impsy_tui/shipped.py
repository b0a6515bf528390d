"""Where the files that come with the program are, installed or in a checkout."""

from pathlib import Path


def shipped_folder(kind: str) -> Path:
    """The folder of the models, configs or themes that come with the program.

    Args:
        kind: "models", "configs" or "themes".
    """
    package = Path(__file__).resolve().parent
    installed = package / "shipped" / kind
    return installed if installed.is_dir() else package.parent / kind


def checkout() -> Path | None:
    """The folder of the checkout that this program runs from; None if it runs from an installed package."""
    folder = Path(__file__).resolve().parent.parent
    return folder if (folder / "pyproject.toml").is_file() else None
