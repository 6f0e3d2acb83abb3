"""Quantises a whisper.cpp ggml file (float16 or float32) to q8_0, q5_1 or q5_0.

The layout is that of whisper.cpp's own `quantize`: two-dimensional weights are cut into blocks of 32 along the fastest
axis; convolutions, biases, norms and positional embeddings are copied.
"""

import struct
from pathlib import Path

import numpy as np

BLOCK = 32
# name -> (file type in the header, type of the tensors)
KINDS = {"q5_0": (8, 6), "q5_1": (9, 7), "q8_0": (7, 8)}
KEPT = {"encoder.conv1.bias", "encoder.conv2.bias", "encoder.positional_embedding", "decoder.positional_embedding"}


def pack_five_bits(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """32 values of five bits -> 4 bytes of high bits, 16 bytes of low halves (element j beside element j + 16)."""
    low, high = values[:, :16].astype(np.uint8), values[:, 16:].astype(np.uint8)
    halves = (low & 0x0F) | ((high & 0x0F) << 4)
    bits = ((values.astype(np.uint32) >> 4) & 1) << np.arange(BLOCK, dtype=np.uint32)
    return np.bitwise_or.reduce(bits, axis=1).astype("<u4").view(np.uint8).reshape(-1, 4), halves


def float16_bytes(values: np.ndarray) -> np.ndarray:
    return values.astype("<f2").view(np.uint8).reshape(-1, 2)


def inverse(scale: np.ndarray) -> np.ndarray:
    return np.where(scale != 0, 1 / np.where(scale != 0, scale, 1), 0).astype(np.float32)[:, None]


def quantize(values: np.ndarray, kind: str) -> bytes:
    blocks = np.ascontiguousarray(values, dtype=np.float32).reshape(-1, BLOCK)
    if kind == "q8_0":
        scale = np.abs(blocks).max(axis=1) / np.float32(127)
        scaled = blocks * inverse(scale)
        # Half away from zero, as C's roundf does; numpy's own rounding is half to even.
        rounded = (np.sign(scaled) * np.floor(np.abs(scaled) + np.float32(0.5))).astype(np.int8)
        return np.concatenate([float16_bytes(scale), rounded.view(np.uint8)], axis=1).tobytes()
    if kind == "q5_1":
        lowest = blocks.min(axis=1)
        scale = (blocks.max(axis=1) - lowest) / np.float32(31)
        rounded = np.minimum(31, ((blocks - lowest[:, None]) * inverse(scale) + np.float32(0.5)).astype(np.uint8))
        head = [float16_bytes(scale), float16_bytes(lowest)]
        return np.concatenate([*head, *pack_five_bits(rounded)], axis=1).tobytes()
    if kind == "q5_0":
        extreme = blocks[np.arange(len(blocks)), np.abs(blocks).argmax(axis=1)]
        scale = extreme / np.float32(-16)
        rounded = np.minimum(31, (blocks * inverse(scale) + np.float32(16.5)).astype(np.int8).astype(np.int32))
        return np.concatenate([float16_bytes(scale), *pack_five_bits(np.maximum(rounded, 0))], axis=1).tobytes()
    raise ValueError(f"expected one of {', '.join(KINDS)}, found {kind}")


def skip_tokens(data: bytes) -> int:
    """Offset of the first tensor: behind the header, the mel filters and the vocabulary."""
    bands, bins = struct.unpack_from("<2i", data, 48)
    offset = 48 + 8 + 4 * bands * bins
    (count,) = struct.unpack_from("<i", data, offset)
    offset += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<I", data, offset)
        offset += 4 + length
    return offset


def quantize_file(source: Path, target: Path, kind: str) -> None:
    file_type, tensor_type = KINDS[kind]
    data = source.read_bytes()
    magic, *parameters = struct.unpack_from("<12i", data, 0)
    if magic != 0x67676D6C or parameters[10] not in (0, 1):
        raise ValueError(f"{source.name}: expected a ggml file of Whisper in float16 or float32")
    offset = skip_tokens(data)
    output = bytearray(struct.pack("<12i", magic, *parameters[:10], 2000 + file_type))
    output += data[48:offset]
    while offset < len(data):
        rank, length, stored = struct.unpack_from("<3i", data, offset)
        shape = struct.unpack_from(f"<{rank}i", data, offset + 12)
        start = offset + 12 + 4 * rank + length
        name = data[start - length : start].decode()
        offset = start + int(np.prod(shape)) * (4 if stored == 0 else 2)
        body = data[start:offset]
        if rank == 2 and name not in KEPT and name.endswith("weight") and shape[0] % BLOCK == 0:
            body = quantize(np.frombuffer(body, dtype="<f4" if stored == 0 else "<f2").astype(np.float32), kind)
            stored = tensor_type
        output += struct.pack("<3i", rank, length, stored) + struct.pack(f"<{rank}i", *shape) + name.encode() + body
    target.write_bytes(output)
