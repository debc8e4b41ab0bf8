"""Harmless types that people save beside weights, and what stands for them while a torch file is read.

A pickle asks for such a type by name, and gets a stand-in: an object without behaviour, a dictionary, or a
list. The type itself is never imported, made or called, so nothing of it can run. Every other name is refused
by torch.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable


class Inert:
    """Stands for an object whose value no weight depends on; it forgets its arguments and its state."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        pass

    def __new__(cls, *args: object, **kwargs: object) -> Inert:
        return object.__new__(cls)

    def __setstate__(self, state: object) -> None:
        pass


class Dictionary:
    """Stands for a dictionary with further behaviour; what is made is an OrderedDict."""

    def __new__(cls, *args: object) -> OrderedDict:
        content = next((arg for arg in args if isinstance(arg, dict)), {})
        return OrderedDict(content)


class Attributes(dict):
    """Stands for an object that holds a configuration; what is made is a dictionary of its attributes."""

    def __new__(cls, *args: object) -> Attributes:
        return dict.__new__(cls)

    def __init__(self, *args: object) -> None:
        super().__init__()

    def __setstate__(self, state: object) -> None:
        if isinstance(state, dict):
            self.update(state)


class List:
    """Stands for a sequence to which items are appended; what is made is a list."""

    def __new__(cls, *args: object) -> list:
        content = next((arg for arg in args if isinstance(arg, (list, tuple))), ())
        return list(content)


INERT = (
    *(f"{module}.{name}" for module in ("__builtin__", "builtins")
      for name in ("set", "frozenset", "complex", "slice", "range", "xrange", "bytearray",
                   "list", "dict", "tuple", "int", "float", "str", "bool", "object")),
    "copy_reg._reconstructor", "copyreg._reconstructor",
    "argparse.Namespace", "types.SimpleNamespace", "optparse.Values",
    *(f"pathlib{part}.{name}" for part in ("", "._local")
      for name in ("Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath", "PureWindowsPath")),
    *(f"datetime.{name}" for name in ("datetime", "date", "time", "timedelta", "timezone")),
    "time.struct_time", "uuid.UUID", "decimal.Decimal", "fractions.Fraction", "random.Random",
    "torch.device", "torch.Size", "torch.torch_version.TorchVersion", "torch.version.TorchVersion",
    "numpy.dtype", "numpy.ndarray",
    *(f"numpy.{core}.{name}" for core in ("core", "_core")
      for name in ("multiarray.scalar", "multiarray._reconstruct", "numeric._frombuffer")),
    *(f"numpy.{name}" for name in ("bool_", "bool", "int8", "int16", "int32", "int64", "uint8", "uint16",
      "uint32", "uint64", "float16", "float32", "float64", "str_", "bytes_")),
    *(f"numpy.dtypes.{name}DType" for name in ("Bool", "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16",
      "UInt32", "UInt64", "Float16", "Float32", "Float64", "Str", "Bytes", "Object")),
    *(f"numpy.random._pickle.__{name}_ctor" for name in ("randomstate", "generator", "bit_generator")),
    *(f"numpy.random._{name.lower()}.{name}"
      for name in ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")),
    "numpy.random.bit_generator.SeedSequence", "numpy.random._pcg64.PCG64DXSM",
    "numpy.random.bit_generator.__pyx_unpickle_SeedSequence",
    "omegaconf.base.ContainerMetadata", "omegaconf.base.Metadata", "omegaconf.nodes.AnyNode",
    "omegaconf.dictconfig.DictConfig", "omegaconf.listconfig.ListConfig", "typing.Any",
)  # fmt: skip
DICTIONARIES = (
    "collections.defaultdict", "collections.UserDict", "easydict.EasyDict", "dnnlib.util.EasyDict",
    "addict.Dict", "addict.addict.Dict", "attrdict.AttrDict", "attrdict.dictionary.AttrDict",
    "munch.Munch", "munch.DefaultMunch", "yacs.config.CfgNode", "bunch.Bunch",
    "ml_collections.config_dict.config_dict.ConfigDict",
    *(f"{package}.{place}.AttributeDict" for package, place in (
        ("pytorch_lightning", "utilities.parsing"), ("lightning.pytorch", "utilities.parsing"),
        ("lightning_fabric", "utilities.data"), ("lightning.fabric", "utilities.data"))),
)  # fmt: skip
LISTS = ("collections.deque",)
CONFIGURATIONS = ("models.utils.config.BaseConfig",)  # of pytorch_GAN_zoo


def stand_ins() -> list[tuple[Callable, str]]:
    """(what stands for it, name of the type) for torch.serialization.safe_globals."""
    kinds = ((Inert, INERT), (Dictionary, DICTIONARIES), (List, LISTS), (Attributes, CONFIGURATIONS))
    return [(stand_in, name) for stand_in, names in kinds for name in names]
