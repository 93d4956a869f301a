"""Names that people bring along from other packages, and misspelt ones: what to write instead."""

import importlib
import re
import subprocess
import sys

import pytest

import actloss
from actloss import activations, losses, names, network

ROOMS = {"activations": activations, "losses": losses, "network": network}
TABLE = [(room, name) for room, table in names.ELSEWHERE.items() for name in table]

# As others spell them, with what the message must hold.
BROUGHT_ALONG = [
    (losses, "mse_loss", "squared_error"),  # torch.nn.functional
    (losses, "l1_loss", "absolute_error"),
    (losses, "smooth_l1_loss", "huber_loss(predictions, targets, delta=beta) / beta"),
    (losses, "nll_loss", "sparse_softmax_cross_entropy"),
    (losses, "kl_div", "kl_divergence"),
    (losses, "cross_entropy", "sparse_softmax_cross_entropy"),
    (losses, "multi_margin_loss", "multiclass_hinge_loss"),
    (losses, "soft_margin_loss", "logistic_loss"),
    (losses, "triplet_margin_loss", "triplet_loss"),
    (losses, "cosine_embedding_loss", "cosine_loss"),
    (losses, "MSELoss", "squared_error"),  # torch.nn
    (losses, "BCEWithLogitsLoss", "binary_cross_entropy_with_logits"),
    (losses, "CrossEntropyLoss", "softmax_cross_entropy"),
    (losses, "HuberLoss", "huber_loss"),
    (losses, "KLDivLoss", "kl_divergence"),
    (losses, "mse", "squared_error"),  # Keras
    (losses, "MeanSquaredError", "squared_error"),
    (losses, "categorical_crossentropy", "categorical_cross_entropy"),
    (losses, "SparseCategoricalCrossentropy", "sparse_softmax_cross_entropy"),
    (losses, "binary_crossentropy", "binary_cross_entropy"),
    (losses, "logcosh", "log_cosh_loss"),
    (losses, "hinge", "hinge_loss"),
    (losses, "Dice", "dice_loss"),
    (losses, "mean_absolute_percentage_error", "np.abs(targets)"),
    (losses, "log_loss", "binary_cross_entropy"),  # scikit-learn
    (losses, "brier_score_loss", "brier_score"),
    (losses, "mean_pinball_loss", "quantile_loss"),
    (losses, "compute_sample_weight", "balanced_weights"),
    (losses, "softmax_cross_entropy_with_integer_labels", "sparse_softmax_cross_entropy"),  # optax
    (losses, "sigmoid_binary_cross_entropy", "binary_cross_entropy_with_logits"),
    (losses, "l2_loss", "squared_error"),
    (losses, "ntxent", "info_nce_loss"),
    (losses, "bce_loss", "binary_cross_entropy"),  # spoken
    (losses, "mse_loss_grad", "squared_error_grad"),
    (losses, "mse_derivative", "squared_error_grad"),
    (losses, "huber_loss_hessian", "huber_loss_hess"),
    (losses, "squred_error", "squared_error"),  # misspelt
    (losses, "hubber_loss", "huber_loss"),
    (losses, "softmax", "actloss.activations.softmax"),  # of another room
    (activations, "hardtanh", "hard_tanh"),
    (activations, "leakyrelu", "leaky_relu"),
    (activations, "LeakyReLU", "leaky_relu"),
    (activations, "logsigmoid", "log_sigmoid"),
    (activations, "hard_silu", "hard_swish"),
    (activations, "rrelu", "leaky_relu"),
    (activations, "linear", "identity"),
    (activations, "sigmoid_derivative", "sigmoid_grad"),
    (activations, "grad_sigmoid", "sigmoid_grad"),
    (activations, "sigmoid_prime", "sigmoid_grad"),
    (activations, "sigmiod_grad", "sigmoid_grad"),
    (activations, "d_relu_grad", "relu_grad"),
    (activations, "squared_error", "actloss.losses.squared_error"),
    (network, "MLPClassifier", "Network("),
    (network, "Linear", "Dense(weights, bias)"),
    (network, "relu", "actloss.activations.relu"),
    (actloss, "relu", "actloss.activations.relu"),
    (actloss, "huber_loss", "actloss.losses.huber_loss"),
    (actloss, "Network", "actloss.network.Network"),
    (actloss, "activation", "activations"),
]


@pytest.mark.parametrize(
    ("room", "name", "words"), BROUGHT_ALONG, ids=[name for _, name, _ in BROUGHT_ALONG]
)
def test_a_name_of_another_package_says_what_to_write(room, name, words):
    with pytest.raises(AttributeError, match=re.escape(words)) as caught:
        getattr(room, name)
    assert f"has no attribute {name!r}: write " in str(caught.value)
    with pytest.raises(ImportError, match=re.escape(words)):
        exec(f"from {room.__name__} import {name}", {})


@pytest.mark.parametrize(("room", "name"), TABLE, ids=[f"{r}-{n}" for r, n in TABLE])
def test_every_name_of_the_table_is_no_name_of_ours_and_leads_to_one_that_is(room, name):
    assert name == names._bare(name), "a key as it is looked up"
    known = ROOMS[room].__all__
    assert name not in map(names._bare, known), "it would never be looked up"
    instead = names.what_to_write(room, f"{name}_loss" if room == "losses" else name, known)
    assert instead == names.ELSEWHERE[room][name]
    called = {word for word in re.findall(r"[A-Za-z_][\w.]*", instead) if "_" in word}
    ours = {word for word in called if not word.startswith(("np.", "scipy.", "log_targets"))}
    for word in ours - {"sparse_plus", "learning_rate"}:
        found = [room_ for room_ in ROOMS.values() if word in room_.__all__]
        parts = word.split(".")
        assert (
            found
            or importable(word)
            or hasattr(network.Network, parts[-1])
            or (
                parts[0] == "initialisers"
                and hasattr(importlib.import_module("actloss.network.initialisers"), parts[1])
            )
        ), word


def importable(word):
    return word.startswith("actloss.") and importlib.import_module(word) is not None


@pytest.mark.parametrize("room", [actloss, *ROOMS.values()], ids=["actloss", *ROOMS])
def test_what_is_unlike_every_name_gets_the_plain_error(room):
    with pytest.raises(AttributeError, match=r"has no attribute 'zebra'$"):
        getattr(room, "zebra")  # noqa: B009
    with pytest.raises(ImportError, match="cannot import name 'zebra'"):
        exec(f"from {room.__name__} import zebra", {})
    assert not hasattr(room, "zebra")
    assert not hasattr(room, "mse_loss")
    assert not hasattr(room, "__path_hooks__")


def test_python_adds_no_other_name_that_is_spelt_alike():
    code = "import actloss; actloss.losses.bce_loss"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "write binary_cross_entropy" in run.stderr
    assert "Did you mean" not in run.stderr


def test_a_room_within_a_room_is_still_imported():
    code = "from actloss.losses import large_vocabulary; print(large_vocabulary.__name__)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "actloss.losses.large_vocabulary"
