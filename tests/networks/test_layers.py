"""parts/heads.py: heads, minibatch standard deviation and minibatch discrimination against closed forms and loops."""

import math

import pytest
import torch
from torch import nn

from ganapp.networks.parts.heads import HEADS, ClassInput, Head, MinibatchDiscrimination, MinibatchStdDev

Y = torch.tensor([2, 0, 2, 1])


def features(n=4, width=6, seed=0):
    return torch.randn(n, width, generator=torch.Generator().manual_seed(seed))


def head(kind, classes=3, **options):
    torch.manual_seed(1)
    net = Head(6, classes, kind, **options)
    nn.init.normal_(net.linear.weight)
    nn.init.constant_(net.linear.bias, 0.25)
    return net


def dot(a, b):
    return sum(x * y for x, y in zip(a.tolist(), b.tolist(), strict=True))


@torch.no_grad()
def test_projection_adds_the_product_with_the_classs_embedding():
    net, f = head("projection"), features()
    out = net(f, Y)
    w, e = net.linear.weight[0], net.embedding.weight
    expected = [dot(w, f[i]) + 0.25 + dot(e[Y[i]], f[i]) / math.sqrt(6) for i in range(4)]
    assert out.logits.tolist() == pytest.approx(expected, rel=1e-4)
    assert out.features is f
    assert out.class_logits is None
    assert not net(f, Y.flip(0)).logits.equal(out.logits)


@torch.no_grad()
def test_classifier_names_classes_beside_the_logits():
    net, f = head("classifier"), features()
    out = net(f, Y)
    assert out.logits.tolist() == pytest.approx(
        [dot(net.linear.weight[0], row) + 0.25 for row in f], rel=1e-4
    )
    assert out.class_logits.shape == (4, 3)
    expected = dot(net.classes.weight[2], f[1]) + net.classes.bias[2].item()
    assert out.class_logits[1, 2].item() == pytest.approx(expected, rel=1e-4)
    assert out.features is f
    assert net(f, Y.flip(0)).class_logits.equal(out.class_logits)  # it must not be told what it is asked


@torch.no_grad()
def test_contrastive_gives_unit_embeddings_and_cosines():
    net, f = head("contrastive", embed_dim=5), features()
    out = net(f, Y)
    assert out.features.shape == (4, 5)
    assert out.features.norm(dim=1).tolist() == pytest.approx([1] * 4, rel=1e-5)
    assert out.class_logits.shape == (4, 3)
    v = net.project.weight @ f[1] + net.project.bias
    proxy = net.proxies.weight[2]
    cosine = dot(v, proxy) / math.sqrt(dot(v, v) * dot(proxy, proxy))
    assert out.class_logits[1, 2].item() == pytest.approx(cosine, rel=1e-4)
    assert out.logits.tolist() == pytest.approx(
        [dot(net.linear.weight[0], row) + 0.25 for row in f], rel=1e-4
    )
    assert net(f, None).class_logits.equal(out.class_logits)


@pytest.mark.parametrize("kind", HEADS)
def test_without_classes_every_head_is_the_same(kind):
    net, f = head(kind, classes=0), features()
    out = net(f, None)
    assert out.class_logits is None
    assert out.features is f
    assert {name for name, _ in net.named_parameters()} == {"linear.weight", "linear.bias"}
    assert head("none")(f, Y).logits.equal(out.logits)


def test_unknown_heads_are_refused():
    with pytest.raises(ValueError) as error:
        Head(6, 3, "softmax")
    assert (
        str(error.value) == "head is 'softmax'; it must be one of projection, classifier, contrastive, none."
    )


@pytest.mark.parametrize("kind", HEADS)
def test_spectral_heads_have_largest_singular_value_one(kind):
    net, f = head(kind, spectral=True).train(), features()
    for _ in range(200):
        net(f, Y)  # a step of the power iteration each time
    weights = [m.weight for m in net.modules() if isinstance(m, nn.Linear | nn.Embedding)]
    assert len(weights) == {"projection": 2, "classifier": 2, "contrastive": 3, "none": 1}[kind]
    for weight in weights:
        assert torch.linalg.matrix_norm(weight.detach(), 2).item() == pytest.approx(1, rel=0.02)
    plain = [m.weight for m in head(kind).modules() if isinstance(m, nn.Linear | nn.Embedding)]
    assert all(abs(torch.linalg.matrix_norm(w.detach(), 2) - 1) > 0.1 for w in plain)


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("spectral", [False, True])
def test_heads_are_built_without_memory_and_filled_from_a_file(kind, spectral):
    net = head(kind, spectral=spectral).eval()
    with torch.device("meta"):
        empty = Head(6, 3, kind, spectral=spectral)
    empty.load_state_dict(net.state_dict(), strict=True, assign=True)
    for a, b in zip(empty.eval()(features(), Y), net(features(), Y), strict=True):
        assert (a is None and b is None) or a.equal(b)


def test_minibatch_stddev_is_of_every_nth_image():
    """Groups of 2 among 4 images are (0, 2) and (1, 3), and each image gets its own group's number."""
    x = torch.zeros(4, 2, 1, 3)
    x[0, 0], x[2, 0] = 1.0, 5.0  # deviation 2 in the first channel, 0 in the second
    x[1, 1, 0, 0], x[3, 1, 0, 0] = -3.0, 3.0  # deviation 3 in one of six places
    out = MinibatchStdDev(2)(x)
    assert out.shape == (4, 3, 1, 3)
    assert out[:, :2].equal(x)
    expected = [(3 * 2 + 3 * 1e-4) / 6, (3 + 5 * 1e-4) / 6]
    for i in range(4):
        assert out[i, 2].flatten().tolist() == pytest.approx([expected[i % 2]] * 3, rel=1e-5)


@pytest.mark.parametrize(("group", "n", "used"), [(4, 8, 4), (4, 6, 2), (4, 5, 1), (32, 8, 8), (4, 1, 1)])
def test_minibatch_stddev_takes_the_largest_group_that_divides_the_batch(group, n, used):
    x = torch.randn(n, 3, 2, 2, generator=torch.Generator().manual_seed(n))
    out = MinibatchStdDev(group)(x)
    for i in range(n):
        members = x[i % (n // used) :: n // used]
        deviation = (members.var(0, unbiased=False) + 1e-8).sqrt().mean()
        assert out[i, 3].flatten().tolist() == pytest.approx([deviation.item()] * 4, rel=1e-5)


def test_minibatch_stddev_has_gradients_where_all_images_agree():
    x = torch.ones(4, 1, 2, 2, requires_grad=True)
    MinibatchStdDev(4)(x)[:, 1].sum().backward()
    assert x.grad.isfinite().all()


def test_minibatch_discrimination_is_the_loop_of_the_paper():
    torch.manual_seed(0)
    net, x = MinibatchDiscrimination(6, kernels=3, dim=2), features(5) / 4
    out = net(x)
    assert out.shape == (5, 9)
    assert out[:, :6].equal(x)
    m = torch.einsum("nf,fbc->nbc", x, net.weight.view(6, 3, 2))
    for i in range(5):
        for b in range(3):
            others = [math.exp(-(m[i, b] - m[j, b]).abs().sum().item()) for j in range(5) if j != i]
            assert out[i, 6 + b].item() == pytest.approx(sum(others), rel=1e-4)
    assert net(x[:1])[:, 6:].tolist() == [[0, 0, 0]]  # nobody else is there


def test_minibatch_discrimination_sees_a_collapse():
    net = MinibatchDiscrimination(6)
    x = features(5)
    assert net(x[:1].expand(5, 6))[:, 6:].min().item() == pytest.approx(4)
    assert net(100 * x)[:, 6:].max() < 0.1


def test_class_input_joins_and_takes_embeddings():
    torch.manual_seed(0)
    net, z = ClassInput(5, 3, width=2), features(4, 5)
    out = net(z, Y)
    assert out.shape == (4, net.out_dim) == (4, 7)
    assert out[:, :5].equal(z)
    assert out[:, 5:].equal(net.embedding.weight[Y])
    assert net(z, net.embed(Y)).equal(out)
    assert ClassInput(5, 0)(z, None) is z
    with pytest.raises(ValueError, match="it needs labels 0 to 2"):
        net(z, None)
