"""What the code of a loss cannot say about it: one small entry each; and what it is a loss for."""

from actloss import losses
from actloss.catalogue.entries import INFINITY, Loss, Pair, Slider, by_name

LOSSES = by_name(
    Loss(
        title="Squared error",
        function=losses.squared_error,
        gradient=losses.squared_error_grad,
        hessian=losses.squared_error_hess,
        pytorch="torch.nn.functional.mse_loss(predictions, targets, reduction='none')",
        citation="bishop2006pattern",
    ),
    Loss(
        title="Absolute error",
        function=losses.absolute_error,
        gradient=losses.absolute_error_grad,
        hessian=losses.absolute_error_hess,
        kinks=lambda targets: (targets,),
        pytorch="torch.nn.functional.l1_loss(predictions, targets, reduction='none')",
        citation="koenker1978regression",
    ),
    Loss(
        title="Huber loss",
        function=losses.huber_loss,
        gradient=losses.huber_loss_grad,
        hessian=losses.huber_loss_hess,
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
        hessian=losses.log_cosh_loss_hess,
        pytorch="torch.log(torch.cosh(predictions - targets))",
        citation="saleh2022statistical",
    ),
    Loss(
        title="Quantile loss",
        function=losses.quantile_loss,
        gradient=losses.quantile_loss_grad,
        hessian=losses.quantile_loss_hess,
        parameters={"quantile": Slider(0.05, 0.95, 0.05)},
        kinks=lambda targets: (targets,),
        pytorch=(
            "torch.maximum(quantile * (targets - predictions), "
            "(quantile - 1) * (targets - predictions))"
        ),
        citation="koenker1978regression",
    ),
    Loss(
        title="Cauchy loss",
        function=losses.cauchy_loss,
        gradient=losses.cauchy_loss_grad,
        hessian=losses.cauchy_loss_hess,
        parameters={"delta": Slider(0.1, 5.0, 0.1)},
        convex=False,
        pytorch="delta**2 / 2 * torch.log1p(((predictions - targets) / delta) ** 2)",
        citation="holland1977robust",
    ),
    Loss(
        title="Tukey's biweight",
        function=losses.tukey_loss,
        gradient=losses.tukey_loss_grad,
        hessian=losses.tukey_loss_hess,
        parameters={"delta": Slider(0.5, 10.0, 0.1)},
        convex=False,
        pytorch=(
            "delta**2 / 6 * (1 - torch.relu(1 - ((predictions - targets) / delta) ** 2) ** 3)"
        ),
        citation="beaton1974fitting",
    ),
    Loss(
        title="Poisson negative log-likelihood",
        function=losses.poisson_nll_loss,
        gradient=losses.poisson_nll_loss_grad,
        hessian=losses.poisson_nll_loss_hess,
        takes=("log-rate", "count"),
        range=(-INFINITY, INFINITY),
        pytorch="torch.nn.functional.poisson_nll_loss(log_rates, counts, reduction='none')",
        citation="mccullagh1989generalized",
    ),
    Loss(
        title="Gaussian negative log-likelihood",
        function=losses.gaussian_nll_loss,
        gradient=losses.gaussian_nll_loss_grad,
        hessian=losses.gaussian_nll_loss_hess,
        other_gradients={"log_variances": losses.gaussian_nll_loss_log_variances_grad},
        takes=("number", "number", "log-variance"),
        range=(-INFINITY, INFINITY),
        pytorch=(
            "torch.nn.functional.gaussian_nll_loss(means, targets, log_variances.exp(), "
            "reduction='none')"
        ),
        citation="nix1994estimating",
    ),
    Loss(
        title="0-1 loss",
        function=losses.zero_one_loss,
        gradient=losses.zero_one_loss_grad,
        hessian=losses.zero_one_loss_hess,
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
        hessian=losses.perceptron_loss_hess,
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
        hessian=losses.hinge_loss_hess,
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
        hessian=losses.squared_hinge_loss_hess,
        family="margin",
        takes=("logit", "sign"),
        pytorch="torch.relu(1 - labels * logits).square()",
        citation="chang2008coordinate",
    ),
    Loss(
        title="Logistic loss",
        function=losses.logistic_loss,
        gradient=losses.logistic_loss_grad,
        hessian=losses.logistic_loss_hess,
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
        hessian=losses.binary_cross_entropy_hess,
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
        hessian=losses.binary_cross_entropy_with_logits_hess,
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
        hessian=losses.focal_loss_hess,
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
        title="ArcFace loss",
        function=losses.arcface_loss,
        gradient=losses.arcface_loss_grad,
        parameters={"margin": Slider(0.0, 1.0, 0.05), "scale": Slider(1.0, 64.0, 1.0)},
        family="similarity",
        takes=("cosines", "class"),
        convex=False,
        # Where θ + m > π, the authors' code takes another logit.
        pytorch=(
            "torch.nn.functional.cross_entropy(scale * torch.where("
            "torch.nn.functional.one_hot(labels, cosines.shape[-1]) == 1, torch.where("
            "cosines.acos() + margin <= torch.pi, (cosines.acos() + margin).cos(), "
            "cosines - margin * torch.tensor(margin, dtype=cosines.dtype).sin()), cosines), "
            "labels, reduction='none')"
        ),
        citation="deng2019arcface",
    ),
    Loss(
        title="Dice loss",
        function=losses.dice_loss,
        gradient=losses.dice_loss_grad,
        parameters={"smoothing": Slider(0.1, 10.0, 0.1)},
        family="overlap",
        takes=("pixels", "pixels"),
        range=(0.0, 1.0),
        convex=False,
        pytorch=(
            "1 - (2 * (probabilities * labels).sum(-1) + smoothing) "
            "/ (probabilities.sum(-1) + labels.sum(-1) + smoothing)"
        ),
        citation="milletari2016vnet",
    ),
    Loss(
        title="Tversky loss",
        function=losses.tversky_loss,
        gradient=losses.tversky_loss_grad,
        parameters={
            "alpha": Slider(0.05, 1.0, 0.05),
            "beta": Slider(0.05, 1.0, 0.05),
            "smoothing": Slider(0.1, 10.0, 0.1),
        },
        family="overlap",
        takes=("pixels", "pixels"),
        range=(0.0, 1.0),
        convex=False,
        pytorch=(
            "1 - ((probabilities * labels).sum(-1) + smoothing) "
            "/ ((probabilities * labels).sum(-1) "
            "+ alpha * (probabilities * (1 - labels)).sum(-1) "
            "+ beta * ((1 - probabilities) * labels).sum(-1) + smoothing)"
        ),
        citation="salehi2017tversky",
    ),
    Loss(
        title="Cosine loss",
        function=losses.cosine_loss,
        gradient=losses.cosine_loss_grad,
        family="similarity",
        takes=("embedding", "embedding"),
        range=(0.0, 2.0),
        convex=False,
        pytorch="1 - torch.nn.functional.cosine_similarity(predictions, targets, dim=-1)",
        citation="grill2020bootstrap",
    ),
    Loss(
        title="Contrastive loss",
        function=losses.contrastive_loss,
        gradient=losses.contrastive_loss_grad,
        hessian=losses.contrastive_loss_hess,
        parameters={"margin": Slider(0.0, 3.0, 0.1)},
        family="similarity",
        takes=("distance", "bit"),
        pytorch="torch.where(labels == 1, distances, torch.relu(margin - distances)) ** 2",
        citation="hadsell2006dimensionality",
    ),
    Loss(
        title="Triplet loss",
        function=losses.triplet_loss,
        gradient=losses.triplet_loss_grad,
        other_gradients={
            "positives": losses.triplet_loss_positives_grad,
            "negatives": losses.triplet_loss_negatives_grad,
        },
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
        other_gradients={
            "temperature": losses.info_nce_loss_temperature_grad,
        },
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
        other_gradients={
            "temperature": losses.sigmoid_contrastive_loss_temperature_grad,
            "bias": losses.sigmoid_contrastive_loss_bias_grad,
        },
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
        other_gradients={
            "rejected": losses.preference_loss_rejected_grad,
        },
        hessian=losses.preference_loss_hess,
        parameters={"beta": Slider(0.1, 5.0, 0.1)},
        family="similarity",
        takes=("number", "number"),
        pytorch="-torch.nn.functional.logsigmoid(beta * (chosen - rejected))",
        citation="rafailov2023direct",
    ),
    Loss(
        title="Margin ranking loss",
        function=losses.margin_ranking_loss,
        gradient=losses.margin_ranking_loss_grad,
        hessian=losses.margin_ranking_loss_hess,
        parameters={"margin": Slider(0.0, 3.0, 0.1)},
        family="similarity",
        takes=("number", "number"),
        kinks=lambda rejected: (rejected + 1.0,),
        pytorch=(
            "torch.nn.functional.margin_ranking_loss(chosen, rejected, torch.ones_like(chosen), "
            "margin=margin, reduction='none')"
        ),
        citation="herbrich2000large",
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
