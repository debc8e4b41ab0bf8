"""Names of data sets: the named ones with a sentence about each, and the prefix of those on the Hub."""

DESCRIPTIONS = {
    "faces": "Cartoon faces with four expressions, drawn on this machine: 20,000 in colour, no download.",
    "mnist": "MNIST: 60,000 handwritten digits in grey, 28×28, ten classes (11 MB download).",
    "fashion-mnist": "Fashion-MNIST: 60,000 pictures of clothes in grey, 28×28, ten classes "
    "(30 MB download).",
    "kmnist": "KMNIST: 60,000 handwritten Japanese characters in grey, 28×28, ten classes (20 MB download).",
    "cifar10": "CIFAR-10: 50,000 photographs of animals and vehicles in colour, 32×32, ten classes "
    "(170 MB download).",
    "cifar100": "CIFAR-100: 50,000 photographs in colour, 32×32, a hundred classes (169 MB download).",
}
NAMED = tuple(DESCRIPTIONS)
HUB = "hub:"  # prefix of a data set on the Hugging Face Hub: hub:user/name
