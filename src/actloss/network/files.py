"""Networks in files: one ``.npz`` each, without any pickled object."""

import json

import numpy as np

FILE_FORMAT = "actloss network 1"
NO_NETWORK = "is damaged, or is no network saved by Network.save"


def write_file(network, path):
    """Write what a network is made from, and its parameters."""
    header = {
        "format": FILE_FORMAT,
        "sizes": network.sizes,
        "activation": network.activation,
        "activation_parameters": {k: float(v) for k, v in network.activation_parameters.items()},
        "pairing": network.pairing.name,
        "dtype": network.dtype.name,
    }
    with open(path, "wb") as file:
        np.savez(file, header=np.array(json.dumps(header)), parameters=network.parameters)


def read_file(path):
    """Header and parameters of a saved network."""
    with open(path, "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as arrays:
                header, parameters = json.loads(str(arrays["header"])), arrays["parameters"]
            if header["format"] != FILE_FORMAT:
                raise ValueError(f"its format is {header['format']!r}, expected {FILE_FORMAT!r}")
        except Exception as error:  # what is no archive, or a damaged one, fails in a dozen ways
            raise ValueError(f"{path} {NO_NETWORK}: {error}") from error
    return header, parameters
