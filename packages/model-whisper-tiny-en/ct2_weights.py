"""Reads a CTranslate2 Whisper model (English only): its weights, its tokens, and the mel filter bank it was trained with."""

import json
import struct
from pathlib import Path

import numpy as np

MEL_BANDS = 80
FFT_BINS = 201
DTYPES = {0: "<f4", 1: "i1", 2: "<i2", 3: "<i4", 4: "<f2", 5: "<u2"}


class Reader:
    """Walks over the little-endian fields of a CTranslate2 `model.bin`."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.offset = 0

    def number(self, code: str) -> int:
        (value,) = struct.unpack_from("<" + code, self.data, self.offset)
        self.offset += struct.calcsize("<" + code)
        return value

    def text(self) -> str:
        length = self.number("H")
        value = self.data[self.offset : self.offset + length - 1].decode()
        self.offset += length
        return value

    def array(self) -> np.ndarray:
        shape = [self.number("I") for _ in range(self.number("B"))]
        dtype = np.dtype(DTYPES[self.number("B")])
        size = self.number("I")
        value = np.frombuffer(self.data, dtype=dtype, count=size // dtype.itemsize, offset=self.offset)
        self.offset += size
        return value.reshape(shape)


def read_model(path: Path) -> dict[str, np.ndarray]:
    reader = Reader(path.read_bytes())
    reader.number("I")  # format version
    reader.text()  # specification name
    reader.number("I")  # specification revision
    variables = {}
    for _ in range(reader.number("I")):
        name = reader.text()
        variables[name] = reader.array()
    for _ in range(reader.number("I")):
        alias = reader.text()
        variables[alias] = variables[reader.text()]
    return variables


def mel_filters() -> np.ndarray:
    """Slaney's mel filter bank for 16 kHz and windows of 400 samples."""

    def to_mel(hertz: np.ndarray) -> np.ndarray:
        return np.where(hertz < 1000, hertz * 3 / 200, 15 + np.log(np.maximum(hertz, 1e-9) / 1000) / (np.log(6.4) / 27))

    def to_hertz(mel: np.ndarray) -> np.ndarray:
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((np.log(6.4) / 27) * (mel - 15)))

    bins = np.linspace(0, 8000, FFT_BINS)
    corners = to_hertz(np.linspace(to_mel(np.array(0.0)), to_mel(np.array(8000.0)), MEL_BANDS + 2))
    widths = np.diff(corners)
    ramps = corners[:, None] - bins[None]
    filters = np.maximum(0, np.minimum(-ramps[:-2] / widths[:-1, None], ramps[2:] / widths[1:, None]))
    filters *= (2 / (corners[2:] - corners[:-2]))[:, None]
    return filters.astype(np.float32)


def byte_of_character() -> dict[str, int]:
    """Undoes the byte-to-character table of GPT-2's tokenizer."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [value for value in range(256) if value not in printable]
    table = {chr(value): value for value in printable}
    table.update({chr(256 + index): value for index, value in enumerate(others)})
    return table


def tokens(path: Path) -> list[bytes]:
    tokenizer = json.loads(path.read_text())
    special = {token["id"] for token in tokenizer["added_tokens"]}
    vocabulary = sorted(tokenizer["model"]["vocab"].items(), key=lambda item: item[1])
    table = byte_of_character()
    return [bytes(table[character] for character in token) for token, index in vocabulary if index not in special]
