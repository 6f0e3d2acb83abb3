"""Lays the weights of a CTranslate2 Whisper model (English only) out as a whisper.cpp ggml file, float16."""

import json
import struct
from pathlib import Path

import numpy as np

AUDIO_CONTEXT = 1500
TEXT_CONTEXT = 448
MEL_BANDS = 80
FFT_BINS = 201
HEAD_SIZE = 64
FLOAT16 = 1
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


def tensors(variables: dict[str, np.ndarray]) -> list[tuple[str, np.ndarray, bool]]:
    """(name, values, keep float32) in the order whisper.cpp writes them."""
    rows: list[tuple[str, np.ndarray, bool]] = []

    def weight(key: str) -> np.ndarray:
        return variables[key].astype(np.float32)

    def add(name: str, values: np.ndarray, keep: bool = False) -> None:
        rows.append((name, np.ascontiguousarray(values), keep))

    def layer_norm(name: str, key: str) -> None:
        add(f"{name}.weight", weight(f"{key}/gamma"), True)
        add(f"{name}.bias", weight(f"{key}/beta"), True)

    def linear(name: str, key: str) -> None:
        add(f"{name}.weight", weight(f"{key}/weight"))
        add(f"{name}.bias", weight(f"{key}/bias"), True)

    size = weight("encoder/conv1/weight").shape[0]

    def self_attention(name: str, key: str) -> None:
        joined, bias = weight(f"{key}/linear_0/weight"), weight(f"{key}/linear_0/bias")
        for index, part in enumerate(("query", "key", "value")):
            span = slice(index * size, (index + 1) * size)
            add(f"{name}.{part}.weight", joined[span])
            if part != "key":  # Whisper has no bias there
                add(f"{name}.{part}.bias", bias[span], True)
        linear(f"{name}.out", f"{key}/linear_1")

    def cross_attention(name: str, key: str) -> None:
        linear(f"{name}.query", f"{key}/linear_0")
        joined, bias = weight(f"{key}/linear_1/weight"), weight(f"{key}/linear_1/bias")
        add(f"{name}.key.weight", joined[:size])
        add(f"{name}.value.weight", joined[size:])
        add(f"{name}.value.bias", bias[size:], True)
        linear(f"{name}.out", f"{key}/linear_2")

    def feed_forward(name: str, key: str) -> None:
        linear(f"{name}.0", f"{key}/linear_0")
        linear(f"{name}.2", f"{key}/linear_1")

    add("decoder.positional_embedding", weight("decoder/position_encodings/encodings"), True)
    add("encoder.positional_embedding", weight("encoder/position_encodings/encodings"), True)
    add("decoder.token_embedding.weight", weight("decoder/embeddings/weight"))
    for index in (1, 2):
        add(f"encoder.conv{index}.weight", weight(f"encoder/conv{index}/weight"))
        add(f"encoder.conv{index}.bias", weight(f"encoder/conv{index}/bias").reshape(-1, 1), True)
    layer_norm("encoder.ln_post", "encoder/layer_norm")
    layer_norm("decoder.ln", "decoder/layer_norm")
    for index in range(layer_count(variables)):
        key, name = f"encoder/layer_{index}", f"encoder.blocks.{index}"
        layer_norm(f"{name}.attn_ln", f"{key}/self_attention/layer_norm")
        self_attention(f"{name}.attn", f"{key}/self_attention")
        layer_norm(f"{name}.mlp_ln", f"{key}/ffn/layer_norm")
        feed_forward(f"{name}.mlp", f"{key}/ffn")
        key, name = f"decoder/layer_{index}", f"decoder.blocks.{index}"
        layer_norm(f"{name}.attn_ln", f"{key}/self_attention/layer_norm")
        self_attention(f"{name}.attn", f"{key}/self_attention")
        layer_norm(f"{name}.cross_attn_ln", f"{key}/attention/layer_norm")
        cross_attention(f"{name}.cross_attn", f"{key}/attention")
        layer_norm(f"{name}.mlp_ln", f"{key}/ffn/layer_norm")
        feed_forward(f"{name}.mlp", f"{key}/ffn")
    return rows


def layer_count(variables: dict[str, np.ndarray]) -> int:
    return len({name.split("/")[1] for name in variables if name.startswith("encoder/layer_")} - {"layer_norm"})


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


def convert(source: Path, target: Path) -> None:
    """Reads `model.bin` and `tokenizer.json` in `source`, writes the ggml file `target`."""
    variables = read_model(source / "model.bin")
    vocabulary, size = variables["decoder/embeddings/weight"].shape
    heads, layers = size // HEAD_SIZE, layer_count(variables)
    words = tokens(source / "tokenizer.json")
    with target.open("wb") as file:
        file.write(struct.pack("<i", 0x67676D6C))
        audio = (AUDIO_CONTEXT, size, heads, layers)
        text = (TEXT_CONTEXT, size, heads, layers)
        file.write(struct.pack("<11i", vocabulary, *audio, *text, MEL_BANDS, FLOAT16))
        file.write(struct.pack("<2i", MEL_BANDS, FFT_BINS))
        file.write(mel_filters().tobytes())
        file.write(struct.pack("<i", len(words)))
        for word in words:
            file.write(struct.pack("<i", len(word)) + word)
        for name, values, keep in tensors(variables):
            data = values.astype(np.float32 if keep else np.float16)
            label = name.encode()
            file.write(struct.pack("<3i", data.ndim, len(label), 0 if keep else FLOAT16))
            file.write(struct.pack(f"<{data.ndim}i", *reversed(data.shape)))
            file.write(label + data.tobytes())
