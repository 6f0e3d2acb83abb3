"""Lays the weights of a CTranslate2 Whisper model (English only) out as two ONNX networks with int8 weights.

Encoder: 16 kHz samples to the keys and values of the decoder's attention to sound. Decoder: tokens and those to scores of the next token,
and to where the tokens attend in the sound. Weights are int8 in blocks with float scales; arithmetic is float32.
"""

import json
from pathlib import Path

import numpy as np
from ct2_weights import FFT_BINS, MEL_BANDS, mel_filters, read_model, tokens
from onnx import TensorProto, helper, numpy_helper, save

HEAD_SIZE = 64
HOP, FFT = 160, 400
BLOCK = 32
OPSET = 18
# Of MatMulNBits: 4 multiplies in int8, 1 in float32.
ACCURACY = 4
MICROSOFT = "com.microsoft"


class Graph:
    """Collects nodes and weights; every method gives the name of its output."""

    def __init__(self) -> None:
        self.nodes, self.weights, self.count = [], {}, 0

    def node(self, kind: str, *inputs: str, domain: str = "", output: str | None = None, **attributes) -> str:
        self.count += 1
        output = output or f"{kind}_{self.count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], domain=domain, **attributes))
        return output

    def constant(self, values: np.ndarray, name: str | None = None) -> str:
        self.count += 1
        name = name or f"constant_{self.count}"
        self.weights[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def ints(self, *values: int) -> str:
        return self.constant(np.array(values, dtype=np.int64))

    def float(self, value: float) -> str:
        return self.constant(np.array(value, dtype=np.float32))

    def quantized(self, weight: np.ndarray) -> tuple[str, str]:
        """Levels and scales of rows [outputs, inputs], in blocks; level 128 stands for zero."""
        outputs, inputs = weight.shape
        blocks = weight.reshape(outputs, inputs // BLOCK, BLOCK)
        scales = np.maximum(np.abs(blocks).max(axis=2) / 127, 1e-12).astype(np.float32)
        levels = (np.round(blocks / scales[:, :, None]) + 128).astype(np.uint8)
        return self.constant(levels), self.constant(scales.reshape(-1))

    def linear(self, x: str, weight: np.ndarray, bias: np.ndarray | None = None) -> str:
        """x times the transpose of `weight`."""
        y = self.product(x, *self.quantized(weight), weight.shape)
        return y if bias is None else self.node("Add", y, self.constant(bias))

    def product(self, x: str, levels: str, scales: str, shape: tuple[int, int], output: str | None = None) -> str:
        facts = {"N": shape[0], "K": shape[1], "bits": 8, "block_size": BLOCK, "accuracy_level": ACCURACY}
        return self.node("MatMulNBits", x, levels, scales, domain=MICROSOFT, output=output, **facts)

    def norm(self, x: str, gamma: np.ndarray, beta: np.ndarray) -> str:
        return self.node("LayerNormalization", x, self.constant(gamma), self.constant(beta), axis=-1, epsilon=1e-5)

    def model(self, name: str, inputs: list, outputs: list):
        graph = helper.make_graph(self.nodes, name, inputs, outputs, list(self.weights.values()))
        versions = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=versions, ir_version=9, producer_name="ct2_to_onnx")


def value(name: str, shape: list, kind: int = TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


class Weights:
    def __init__(self, variables: dict[str, np.ndarray]) -> None:
        self.variables = variables

    def __call__(self, key: str) -> np.ndarray:
        return self.variables[key].astype(np.float32)

    def pair(self, key: str) -> tuple[np.ndarray, np.ndarray]:
        return self(f"{key}/weight"), self(f"{key}/bias")

    def norm(self, key: str) -> tuple[np.ndarray, np.ndarray]:
        return self(f"{key}/gamma"), self(f"{key}/beta")

    def split(self, key: str, parts: int) -> list[tuple[np.ndarray, np.ndarray]]:
        weight, bias = self.pair(key)
        return list(zip(np.split(weight, parts), np.split(bias, parts)))


def feed_forward(graph: Graph, x: str, weights: Weights, key: str) -> str:
    inner = graph.linear(graph.norm(x, *weights.norm(f"{key}/layer_norm")), *weights.pair(f"{key}/linear_0"))
    inner = graph.node("Gelu", inner, domain=MICROSOFT)
    return graph.node("Add", x, graph.linear(inner, *weights.pair(f"{key}/linear_1")))


def log_mel(graph: Graph, samples: str) -> str:
    """[1, n] samples to [1, 80, n / 160] bands, as Whisper was trained: STFT with a Hann window, Slaney bands, log10, 8 below the peak."""
    time = np.arange(FFT)
    angles = 2 * np.pi * np.arange(FFT_BINS)[:, None] * time[None] / FFT
    window = 0.5 - 0.5 * np.cos(2 * np.pi * time / FFT)
    basis = np.concatenate([np.cos(angles), -np.sin(angles)]) * window
    x = graph.node("Unsqueeze", samples, graph.ints(1))
    x = graph.node("Pad", x, graph.ints(0, 0, FFT // 2, 0, 0, FFT // 2), mode="reflect")
    x = graph.node("Conv", x, graph.constant(basis[:, None].astype(np.float32)), strides=[HOP])
    x = graph.node("Slice", x, graph.ints(0), graph.ints(-1), graph.ints(2))
    x = graph.node("Mul", x, x)
    real = graph.node("Slice", x, graph.ints(0), graph.ints(FFT_BINS), graph.ints(1))
    imaginary = graph.node("Slice", x, graph.ints(FFT_BINS), graph.ints(2 * FFT_BINS), graph.ints(1))
    power = graph.node("Add", real, imaginary)
    bands = graph.node("MatMul", graph.constant(mel_filters()), power)
    log = graph.node("Log", graph.node("Max", bands, graph.float(1e-10)))
    log = graph.node("Mul", log, graph.float(1 / np.log(10)))
    peak = graph.node("ReduceMax", log, graph.ints(0, 1, 2), keepdims=1)
    log = graph.node("Max", log, graph.node("Sub", peak, graph.float(8)))
    return graph.node("Mul", graph.node("Add", log, graph.float(4)), graph.float(0.25))


def encoder(weights: Weights, layers: int, heads: int, size: int):
    graph = Graph()
    x = log_mel(graph, "samples")
    for index, stride in ((1, 1), (2, 2)):
        weight, bias = weights.pair(f"encoder/conv{index}")
        x = graph.node("Conv", x, graph.constant(weight), graph.constant(bias), pads=[1, 1], strides=[stride])
        x = graph.node("Gelu", x, domain=MICROSOFT)
    x = graph.node("Transpose", x, perm=[0, 2, 1])
    length = graph.node("Shape", x, start=1, end=2)
    places = graph.constant(weights("encoder/position_encodings/encodings"))
    x = graph.node("Add", x, graph.node("Slice", places, graph.ints(0), length, graph.ints(0)))
    for index in range(layers):
        key = f"encoder/layer_{index}"
        inner = graph.norm(x, *weights.norm(f"{key}/self_attention/layer_norm"))
        parts = [graph.linear(inner, *one) for one in weights.split(f"{key}/self_attention/linear_0", 3)]
        inner = graph.node("MultiHeadAttention", *parts, domain=MICROSOFT, num_heads=heads)
        x = graph.node("Add", x, graph.linear(inner, *weights.pair(f"{key}/self_attention/linear_1")))
        x = feed_forward(graph, x, weights, f"{key}/ffn")
    x = graph.norm(x, *weights.norm("encoder/layer_norm"))
    outputs = []
    shape = graph.ints(1, -1, heads, HEAD_SIZE)
    for index in range(layers):
        (key_part, value_part) = weights.split(f"decoder/layer_{index}/attention/linear_1", 2)
        keys = graph.node("Reshape", graph.linear(x, *key_part), shape)
        values = graph.node("Reshape", graph.linear(x, *value_part), shape)
        graph.node("Transpose", keys, perm=[0, 2, 3, 1], output=f"sound_keys_{index}")
        graph.node("Transpose", values, perm=[0, 2, 1, 3], output=f"sound_values_{index}")
        outputs.append(value(f"sound_keys_{index}", [1, heads, HEAD_SIZE, "frames"]))
        outputs.append(value(f"sound_values_{index}", [1, heads, "frames", HEAD_SIZE]))
    return graph.model("whisper-encoder", [value("samples", [1, "samples"])], outputs)


def decoder(weights: Weights, layers: int, heads: int, size: int, alignment: list):
    graph = Graph()
    embeddings = weights("decoder/embeddings/weight")
    levels, scales = graph.quantized(embeddings)
    # The same bytes serve the look-up here and the scores at the end.
    x = graph.node("Cast", graph.node("Gather", levels, "tokens"), to=TensorProto.FLOAT)
    blocks = graph.node("Reshape", scales, graph.ints(-1, size // BLOCK, 1))
    x = graph.node("Mul", graph.node("Sub", x, graph.float(128)), graph.node("Gather", blocks, "tokens"))
    x = graph.node("Reshape", x, graph.ints(1, -1, size))
    places = graph.constant(weights("decoder/position_encodings/encodings"))
    x = graph.node("Add", x, graph.node("Gather", places, "positions"))
    shape, flat = graph.ints(1, -1, heads, HEAD_SIZE), graph.ints(1, -1, size)
    root = graph.float(HEAD_SIZE**-0.5)
    inputs = [
        value("tokens", [1, "tokens"], TensorProto.INT64),
        value("positions", ["tokens"], TensorProto.INT64),
        # 0 where a token may look, very small where it may not.
        value("mask", ["tokens", "all"]),
    ]
    outputs, attended = [value("scores", [1, embeddings.shape[0]]), value("attention", [len(alignment), "tokens", "frames"])], []

    def heads_of(part: str, perm: list, output: str | None = None) -> str:
        return graph.node("Transpose", graph.node("Reshape", part, shape), perm=perm, output=output)

    for index in range(layers):
        key = f"decoder/layer_{index}"
        inner = graph.norm(x, *weights.norm(f"{key}/self_attention/layer_norm"))
        query, keys, values = [graph.linear(inner, *one) for one in weights.split(f"{key}/self_attention/linear_0", 3)]
        query = graph.node("Mul", heads_of(query, [0, 2, 1, 3]), root)
        keys = graph.node("Concat", f"past_keys_{index}", heads_of(keys, [0, 2, 3, 1]), axis=3, output=f"keys_{index}")
        values = graph.node("Concat", f"past_values_{index}", heads_of(values, [0, 2, 1, 3]), axis=2, output=f"values_{index}")
        looks = graph.node("Softmax", graph.node("Add", graph.node("MatMul", query, keys), "mask"), axis=-1)
        inner = graph.node("Reshape", graph.node("Transpose", graph.node("MatMul", looks, values), perm=[0, 2, 1, 3]), flat)
        x = graph.node("Add", x, graph.linear(inner, *weights.pair(f"{key}/self_attention/linear_1")))
        inner = graph.norm(x, *weights.norm(f"{key}/attention/layer_norm"))
        query = graph.linear(inner, *weights.pair(f"{key}/attention/linear_0"))
        query = graph.node("Mul", heads_of(query, [0, 2, 1, 3]), root)
        looks = graph.node("Softmax", graph.node("MatMul", query, f"sound_keys_{index}"), axis=-1)
        chosen = [head for layer, head in alignment if layer == index]
        if chosen:
            attended.append(graph.node("Gather", looks, graph.ints(*chosen), axis=1))
        inner = graph.node("MatMul", looks, f"sound_values_{index}")
        inner = graph.node("Reshape", graph.node("Transpose", inner, perm=[0, 2, 1, 3]), flat)
        x = graph.node("Add", x, graph.linear(inner, *weights.pair(f"{key}/attention/linear_2")))
        x = feed_forward(graph, x, weights, f"{key}/ffn")
        for name, frames in (("past_keys", False), ("past_values", True)):
            inputs.append(value(f"{name}_{index}", [1, heads, "past", HEAD_SIZE] if frames else [1, heads, HEAD_SIZE, "past"]))
        inputs.append(value(f"sound_keys_{index}", [1, heads, HEAD_SIZE, "frames"]))
        inputs.append(value(f"sound_values_{index}", [1, heads, "frames", HEAD_SIZE]))
        outputs.append(value(f"keys_{index}", [1, heads, HEAD_SIZE, "all"]))
        outputs.append(value(f"values_{index}", [1, heads, "all", HEAD_SIZE]))
    joined = graph.node("Concat", *attended, axis=1)
    graph.node("Squeeze", joined, graph.ints(0), output="attention")
    last = graph.node("Gather", graph.norm(x, *weights.norm("decoder/layer_norm")), graph.ints(-1), axis=1)
    last = graph.node("Squeeze", last, graph.ints(1))
    graph.product(last, levels, scales, embeddings.shape, output="scores")
    return graph.model("whisper-decoder", inputs, outputs)


def convert(source: Path, target: Path) -> None:
    """Reads `model.bin`, `config.json` and `tokenizer.json` in `source`, writes two networks and the vocabulary into `target`."""
    weights = Weights(read_model(source / "model.bin"))
    configuration = json.loads((source / "config.json").read_text())
    size = weights("encoder/conv1/weight").shape[0]
    heads = size // HEAD_SIZE
    layers = len({name.split("/")[1] for name in weights.variables if name.startswith("encoder/layer_")} - {"layer_norm"})
    target.mkdir(parents=True, exist_ok=True)
    save(encoder(weights, layers, heads, size), target / "encoder.onnx")
    save(decoder(weights, layers, heads, size, configuration["alignment_heads"]), target / "decoder.onnx")
    vocabulary = [token.decode("latin-1") for token in tokens(source / "tokenizer.json")]
    facts = {"suppressed": configuration["suppress_ids"], "suppressedFirst": configuration["suppress_ids_begin"], "tokens": vocabulary}
    (target / "vocabulary.json").write_text(json.dumps(facts, separators=(",", ":")) + "\n")
