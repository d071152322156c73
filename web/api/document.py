"""`python -m web.api.document`: write docs/api/openapi.json, of which a test tells when it is stale."""

import json
import sys
from pathlib import Path

from web.api import openapi
from web.api.install import bare

FILE = Path(__file__).resolve().parent.parent.parent / "docs" / "api" / "openapi.json"


def written() -> str:
    """The document as it is kept in FILE."""
    return json.dumps(openapi.document(bare()), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write it."""
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(written(), encoding="utf-8")
    sys.stdout.write(f"{FILE}\n")


if __name__ == "__main__":
    main()
