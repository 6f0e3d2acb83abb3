"""Turns the PyTorch checkpoint of Resemblyzer's voice encoder into ONNX without torch.

The checkpoint has the old stream layout of torch.save: pickles, then the raw storages. The unpickler below never
imports what the pickle names; it returns plain values or nothing.
"""

import collections
import pickle
import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LAYERS = 3
HIDDEN = 256
MEL_BANDS = 40
STORAGES = {"FloatStorage": "<f4", "LongStorage": "<i8", "DoubleStorage": "<f8"}


class CheckpointUnpickler(pickle.Unpickler):
    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.storage_types: dict[str, str] = {}

    def find_class(self, module: str, name: str) -> Any:
        if name == "_rebuild_tensor_v2":
            return lambda storage, offset, size, stride, *_: (storage, offset, size, stride)
        if name == "OrderedDict":
            return collections.OrderedDict
        if name.endswith("Storage"):
            return name
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return lambda data, *_: data
        return lambda *_, **__: None

    def persistent_load(self, pid: Any) -> str:
        _, kind, key = pid[:3]
        self.storage_types.setdefault(key, kind)
        return key


def read_checkpoint(path: Path) -> dict[str, np.ndarray]:
    with path.open("rb") as file:
        for _ in range(3):  # magic number, protocol version, machine
            CheckpointUnpickler(file).load()
        unpickler = CheckpointUnpickler(file)
        state = unpickler.load()["model_state"]
        storages = {}
        for key in CheckpointUnpickler(file).load():
            (count,) = struct.unpack("<q", file.read(8))
            dtype = np.dtype(STORAGES[unpickler.storage_types[key]])
            storages[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    weights = {}
    for name, (key, offset, size, stride) in state.items():
        storage = storages[key]
        steps = [step * storage.itemsize for step in stride]
        weights[name] = np.lib.stride_tricks.as_strided(storage[offset:], shape=size, strides=steps).copy()
    return weights


def reorder_gates(values: np.ndarray) -> np.ndarray:
    """PyTorch keeps the gates as input, forget, cell, output; ONNX as input, output, forget, cell."""
    into, forget, cell, out = np.split(values, 4)
    return np.concatenate([into, out, forget, cell])


def convert(source: Path, target: Path) -> None:
    weights = read_checkpoint(source)
    constants: list[onnx.TensorProto] = []
    nodes: list[onnx.NodeProto] = []

    def constant(name: str, values: np.ndarray) -> str:
        data = values.astype(np.float32) if values.dtype.kind == "f" else values
        constants.append(numpy_helper.from_array(np.ascontiguousarray(data), name))
        return name

    def node(kind: str, inputs: list[str], outputs: list[str], **attributes: Any) -> None:
        nodes.append(helper.make_node(kind, inputs, outputs, **attributes))

    node("Transpose", ["mels"], ["xt"], perm=[1, 0, 2])
    current = "xt"
    for layer in range(LAYERS):
        into = constant(f"W{layer}", reorder_gates(weights[f"lstm.weight_ih_l{layer}"])[None])
        back = constant(f"R{layer}", reorder_gates(weights[f"lstm.weight_hh_l{layer}"])[None])
        biases = [reorder_gates(weights[f"lstm.bias_{side}_l{layer}"]) for side in ("ih", "hh")]
        bias = constant(f"B{layer}", np.concatenate(biases)[None])
        node("LSTM", [current, into, back, bias], [f"y{layer}", f"h{layer}"], hidden_size=HIDDEN)
        axis = constant(f"ax{layer}", np.array([1], dtype=np.int64))
        node("Squeeze", [f"y{layer}", axis], [f"z{layer}"])
        current = f"z{layer}"
    axis = constant("ax0h", np.array([0], dtype=np.int64))
    node("Squeeze", [f"h{LAYERS - 1}", axis], ["hl"])
    projection = [constant("LW", weights["linear.weight"]), constant("LB", weights["linear.bias"])]
    node("Gemm", ["hl", *projection], ["e0"], transB=1)
    node("Relu", ["e0"], ["e1"])
    node("LpNormalization", ["e1"], ["embedding"], axis=1, p=2)

    mels = helper.make_tensor_value_info("mels", TensorProto.FLOAT, ["b", "t", MEL_BANDS])
    embedding = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["b", HIDDEN])
    graph = helper.make_graph(nodes, "ge2e", [mels], [embedding], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))
