"""Names of data sets, and the endings of files that are read as pictures.

The named sets have a sentence each; those of the Hub have a prefix.
"""

DESCRIPTIONS = {
    "faces": "Cartoon faces with four expressions, drawn on this machine: 20,000 in colour, no download.",
    "mnist": "MNIST: 60,000 handwritten digits in grey, 28×28, ten classes (11 MB download).",
    "fashion-mnist": "Fashion-MNIST: 60,000 pictures of clothes in grey, 28×28, ten classes "
    "(30 MB download).",
    "kmnist": "KMNIST: 60,000 handwritten Japanese characters in grey, 28×28, ten classes (20 MB download).",
    "cifar10": "CIFAR-10: 50,000 photographs of animals and vehicles in colour, 32×32, ten classes "
    "(170 MB download).",
    "cifar100": "CIFAR-100: 50,000 photographs in colour, 32×32, a hundred classes (169 MB download).",
    "faces-happy": "The smiling ones of the faces: 5,000 in colour, no download.",
    "faces-sad": "The sad ones of the faces: 5,000 in colour, no download.",
    "faces-hat": "Those of the faces that wear a hat: about 6,000 in colour, no download.",
    "faces-nohat": "Those of the faces without a hat: about 14,000 in colour, no download.",
}
NAMED = tuple(DESCRIPTIONS)
# Built-in pairs of pictures: input, then target.
PAIR_DESCRIPTIONS = {
    "faces-expression": "The same cartoon face twice, sad and then smiling: 10,000 pairs, no download.",
    "faces-sketch": "A line drawing of a cartoon face, and the face in colour: 10,000 pairs, no download.",
    "faces-glasses": "The same cartoon face with glasses and without: 10,000 pairs, no download.",
}
PAIRED = tuple(PAIR_DESCRIPTIONS)
BUILT_IN = NAMED + PAIRED  # every source that is a name, not a path
HUB = "hub:"  # prefix of a data set on the Hugging Face Hub: hub:user/name

# Endings of picture files, in lower case: what folders, ZIPs and the page take.
PICTURES = (
    ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".webp", ".gif", ".bmp", ".dib", ".tif",
    ".tiff", ".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".ico", ".jp2", ".avif",
)  # fmt: skip
# Endings of films, whose frames are pictures. GIF, WebP and PNG may be films, too: see own/films.py.
FILMS = (
    ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".m2ts", ".wmv", ".flv", ".ogv",
    ".3gp",
)  # fmt: skip
TABLES = (".csv", ".tsv", ".jsonl")  # of files and their labels
