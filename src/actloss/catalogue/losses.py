"""What the code of a loss cannot say about it: one small entry each; and what it is a loss for."""

from actloss import losses
from actloss.catalogue.entries import Loss, Pair, Slider, by_name

LOSSES = by_name(
    Loss(
        title="Squared error",
        function=losses.squared_error,
        gradient=losses.squared_error_grad,
        pytorch="torch.nn.functional.mse_loss(predictions, targets, reduction='none')",
        citation="bishop2006pattern",
    ),
    Loss(
        title="Absolute error",
        function=losses.absolute_error,
        gradient=losses.absolute_error_grad,
        kinks=lambda targets: (targets,),
        pytorch="torch.nn.functional.l1_loss(predictions, targets, reduction='none')",
        citation="koenker1978regression",
    ),
    Loss(
        title="Huber loss",
        function=losses.huber_loss,
        gradient=losses.huber_loss_grad,
        parameters={"delta": Slider(0.1, 5.0, 0.1)},
        pytorch=(
            "torch.nn.functional.huber_loss(predictions, targets, delta=delta, reduction='none')"
        ),
        citation="huber1964robust",
    ),
    Loss(
        title="Log-cosh loss",
        function=losses.log_cosh_loss,
        gradient=losses.log_cosh_loss_grad,
        pytorch="torch.log(torch.cosh(predictions - targets))",
        citation="saleh2022statistical",
    ),
    Loss(
        title="Quantile loss",
        function=losses.quantile_loss,
        gradient=losses.quantile_loss_grad,
        parameters={"quantile": Slider(0.05, 0.95, 0.05)},
        kinks=lambda targets: (targets,),
        pytorch=(
            "torch.maximum(quantile * (targets - predictions), "
            "(quantile - 1) * (targets - predictions))"
        ),
        citation="koenker1978regression",
    ),
    Loss(
        title="0-1 loss",
        function=losses.zero_one_loss,
        gradient=losses.zero_one_loss_grad,
        family="margin",
        takes=("logit", "sign"),
        range=(0.0, 1.0),
        convex=False,
        kinks=lambda labels: (0.0,),
        pytorch="(labels * logits <= 0).to(logits.dtype) + 0 * logits",
        citation="bartlett2006convexity",
    ),
    Loss(
        title="Perceptron loss",
        function=losses.perceptron_loss,
        gradient=losses.perceptron_loss_grad,
        family="margin",
        takes=("logit", "sign"),
        kinks=lambda labels: (0.0,),
        pytorch="torch.relu(-labels * logits)",
        citation="rosenblatt1958perceptron",
    ),
    Loss(
        title="Hinge loss",
        function=losses.hinge_loss,
        gradient=losses.hinge_loss_grad,
        family="margin",
        takes=("logit", "sign"),
        kinks=lambda labels: (labels,),
        pytorch="torch.relu(1 - labels * logits)",
        citation="cortes1995support",
    ),
    Loss(
        title="Squared hinge loss",
        function=losses.squared_hinge_loss,
        gradient=losses.squared_hinge_loss_grad,
        family="margin",
        takes=("logit", "sign"),
        pytorch="torch.relu(1 - labels * logits).square()",
        citation="chang2008coordinate",
    ),
    Loss(
        title="Logistic loss",
        function=losses.logistic_loss,
        gradient=losses.logistic_loss_grad,
        family="margin",
        takes=("logit", "sign"),
        pytorch="torch.nn.functional.soft_margin_loss(logits, labels, reduction='none')",
        citation="cox1958regression",
    ),
    Loss(
        title="Multi-class hinge loss",
        function=losses.multiclass_hinge_loss,
        gradient=losses.multiclass_hinge_loss_grad,
        family="margin",
        takes=("logits", "class"),
        pytorch=(
            "torch.relu(1 + logits.scatter(-1, labels.unsqueeze(-1), -torch.inf).amax(-1) "
            "- logits.gather(-1, labels.unsqueeze(-1)).squeeze(-1))"
        ),
        citation="crammer2001algorithmic",
    ),
    Loss(
        title="Entropy",
        function=losses.entropy,
        gradient=losses.entropy_grad,
        family="probability",
        takes=("distribution",),
        convex=False,
        pytorch="torch.special.entr(probabilities).sum(-1)",
        citation="shannon1948mathematical",
    ),
    Loss(
        title="Kullback-Leibler divergence",
        function=losses.kl_divergence,
        gradient=losses.kl_divergence_grad,
        family="probability",
        takes=("distribution", "distribution"),
        pytorch=(
            "torch.nn.functional.kl_div(probabilities.log(), labels, reduction='none').sum(-1)"
        ),
        citation="kullback1951information",
    ),
    Loss(
        title="Categorical cross-entropy",
        function=losses.categorical_cross_entropy,
        gradient=losses.categorical_cross_entropy_grad,
        family="probability",
        takes=("distribution", "distribution"),
        pytorch="-(labels * probabilities.log()).sum(-1)",
        citation="good1952rational",
    ),
    Loss(
        title="Brier score",
        function=losses.brier_score,
        gradient=losses.brier_score_grad,
        family="probability",
        takes=("distribution", "distribution"),
        range=(0.0, 2.0),
        pytorch="(probabilities - labels).square().sum(-1)",
        citation="brier1950verification",
    ),
    Loss(
        title="Binary cross-entropy",
        function=losses.binary_cross_entropy,
        gradient=losses.binary_cross_entropy_grad,
        family="probability",
        takes=("probability", "probability"),
        pytorch=(
            "torch.nn.functional.binary_cross_entropy(probabilities, labels, reduction='none')"
        ),
        citation="good1952rational",
    ),
    Loss(
        title="Binary cross-entropy with logits",
        function=losses.binary_cross_entropy_with_logits,
        gradient=losses.binary_cross_entropy_with_logits_grad,
        family="probability",
        takes=("logit", "probability"),
        pytorch=(
            "torch.nn.functional.binary_cross_entropy_with_logits(logits, labels, reduction='none')"
        ),
        citation="good1952rational",
    ),
    Loss(
        title="Focal loss",
        function=losses.focal_loss,
        gradient=losses.focal_loss_grad,
        parameters={"gamma": Slider(0.0, 5.0, 0.1)},
        family="probability",
        takes=("logit", "bit"),
        convex=False,
        pytorch=(
            "torch.sigmoid((1 - 2 * labels) * logits) ** gamma "
            "* torch.nn.functional.binary_cross_entropy_with_logits(logits, labels, "
            "reduction='none')"
        ),
        citation="lin2017focal",
    ),
    Loss(
        title="Softmax cross-entropy",
        function=losses.softmax_cross_entropy,
        gradient=losses.softmax_cross_entropy_grad,
        family="probability",
        takes=("logits", "distribution"),
        pytorch=(
            "torch.nn.functional.cross_entropy(logits.movedim(-1, 1 if logits.ndim > 1 else 0), "
            "labels.movedim(-1, 1 if labels.ndim > 1 else 0), reduction='none')"
        ),
        citation="bridle1990probabilistic",
    ),
    Loss(
        title="Sparse softmax cross-entropy",
        function=losses.sparse_softmax_cross_entropy,
        gradient=losses.sparse_softmax_cross_entropy_grad,
        family="probability",
        takes=("logits", "class"),
        pytorch=(
            "torch.nn.functional.cross_entropy(logits.movedim(-1, 1 if logits.ndim > 1 else 0), "
            "labels, reduction='none')"
        ),
        citation="bridle1990probabilistic",
    ),
    Loss(
        title="Triplet loss",
        function=losses.triplet_loss,
        gradient=losses.triplet_loss_grad,
        parameters={"margin": Slider(0.0, 3.0, 0.1)},
        family="similarity",
        takes=("embedding", "embedding", "embedding"),
        pytorch=(
            "torch.nn.functional.triplet_margin_with_distance_loss(anchors, positives, negatives, "
            "distance_function=lambda u, v: (u - v).square().sum(-1), margin=margin, "
            "reduction='none')"
        ),
        citation="schroff2015facenet",
    ),
    Loss(
        title="InfoNCE loss",
        function=losses.info_nce_loss,
        gradient=losses.info_nce_loss_grad,
        parameters={"temperature": Slider(0.01, 1.0, 0.01)},
        family="similarity",
        takes=("matrix",),
        pytorch=(
            "torch.nn.functional.cross_entropy(similarities / temperature, "
            "torch.arange(len(similarities)), reduction='none')"
        ),
        citation="oord2018representation",
    ),
    Loss(
        title="Sigmoid contrastive loss",
        function=losses.sigmoid_contrastive_loss,
        gradient=losses.sigmoid_contrastive_loss_grad,
        parameters={"temperature": Slider(0.01, 1.0, 0.01), "bias": Slider(-20.0, 0.0, 0.5)},
        family="similarity",
        takes=("matrix",),
        pytorch=(
            "-torch.nn.functional.logsigmoid((2 * torch.eye(*similarities.shape, "
            "dtype=similarities.dtype) - 1) * (similarities / temperature + bias)).sum(1)"
        ),
        citation="zhai2023sigmoid",
    ),
    Loss(
        title="Preference loss",
        function=losses.preference_loss,
        gradient=losses.preference_loss_grad,
        parameters={"beta": Slider(0.1, 5.0, 0.1)},
        family="similarity",
        takes=("number", "number"),
        pytorch="-torch.nn.functional.logsigmoid(beta * (chosen - rejected))",
        citation="rafailov2023direct",
    ),
)

PAIRS = (
    Pair("a real number", "none", ("squared_error",), "predictions"),
    Pair("a real number, outliers likely", "none", ("huber_loss", "absolute_error"), "predictions"),
    Pair("a quantile, an interval", "none", ("quantile_loss",), "predictions"),
    Pair("yes or no", "sigmoid", ("binary_cross_entropy_with_logits",), "logits"),
    Pair(
        "one of K classes",
        "softmax",
        ("softmax_cross_entropy", "sparse_softmax_cross_entropy"),
        "logits",
    ),
    Pair(
        "several labels at once", "a sigmoid each", ("binary_cross_entropy_with_logits",), "logits"
    ),
    Pair("a side of a boundary, no probability", "none", ("hinge_loss",), "scores"),
    Pair("which of two is preferred", "none", ("preference_loss",), "scores"),
    Pair(
        "which items belong together",
        "normalised vectors",
        ("info_nce_loss", "sigmoid_contrastive_loss"),
        "similarities",
    ),
)
