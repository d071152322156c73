"""What is served of others' work: exactly what the manifest says, each with its licence, nothing besides."""

import hashlib
import json
import re
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "web" / "static" / "vendor"
PACKAGES = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))["packages"]


def test_every_file_is_the_one_in_the_manifest() -> None:
    named = {name: digest for package in PACKAGES for name, digest in package["files"].items()}
    there = {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in VENDOR.iterdir()}
    del there["manifest.json"]
    assert there == named


def test_every_package_says_its_version_and_comes_with_its_licence() -> None:
    for package in PACKAGES:
        assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
        assert any(name.endswith(".LICENSE") for name in package["files"])


def test_the_versions_are_those_the_files_say() -> None:
    for package in PACKAGES:
        first = next(name for name in package["files"] if name.endswith((".js", ".css")))
        assert package["version"] in (VENDOR / first).read_text(encoding="utf-8")
