"""The language and the look in a real Chromium: chosen, kept, without a flash; and no English sentence in Chinese."""

import re

import pytest
import test_browser
from page_states import Served, walk

from ganapp.config import PRESETS
from ganapp.config.names import AUGMENTS, FAMILY_NAMES, LOSS_NAMES, PRECISIONS
from ganapp.data.names import BUILT_IN

pytestmark = pytest.mark.browser
browser = test_browser.browser  # a fixture

# What stays as it is: names of this app, of methods and of formats, names of settings as they are typed, units.
NAMES = re.findall(
    r"\S+",
    """
ganapp GAN GANs Gradio English Hub Hugging Face Space Spaces ZeroGPU GitHub PyTorch torchvision torch ImageFolder
TensorFlow InfoGAN PGAN FastGAN fastgan Projected huggan BigGAN-PyTorch eps Inception Score FID KID PSNR MS-SWD SWD KL EMA ADA R1 R2 WGAN-GP WGAN GP Adam DiffAugment DCGAN StyleGAN2
StyleGAN ProGAN BigGAN MLP ResNet cGAN AC-GAN ACGAN ReACGAN SNGAN SAGAN LSGAN CIFAR-10 CIFAR-100 MNIST
Fashion-MNIST KMNIST ReLU LeakyReLU tanh sigmoid softplus ZIP PNG JPEG WebP GIF MP4 JSON CSV SHA sha256 CPU GPU
CUDA MPS Apple AVIF HEIC HDR ICO TIFF PyTorch px kimg nat MB GB KB Lanczos HF_TOKEN GANAPP_DATA GANAPP_CACHE TorchScript Ctrl Esc RMSProp SGD
""",
)
COMMANDS = ("pip install -r requirements-metrics.txt", "hf auth login")
FIELDS = r"\b[gd]_args(\.\w+)*|\b[a-z]+_[a-z0-9_]+\b|--[a-z-]+"  # a setting as it is typed
FILES = r"[\w.*-]*\.(png|jpe?g|zip|webp|json|jsonl|csv|txt|pt|pth|bin|ckpt|safetensors|pkl|mp4|gif|npz|py)\b"
PATHS = r"https?://\S+|hub:\S+|\b[\w.-]+/[\w.@-]+\b|(?<![\w.])/[\w./-]+"
OTHERS = (
    r"'[^']*'|\b\d{5}-[\w.-]+|\b[0-9a-f]{8,}\b|\b\d[\w.,]*\b"
    r"|^\w+ (?=的值为)"  # a setting that is wrong is named as it is typed
)
VALUES = {
    *PRESETS,
    *FAMILY_NAMES,
    *LOSS_NAMES,
    *PRECISIONS,
    *COMMANDS,
    *AUGMENTS,
    *BUILT_IN,
    "smile, sad",  # names of classes are typed as they are
    "auto",
    "cpu",
    "cuda",
    "mps",
    "none",
}

TEXTS = """() => {
  const found = [];
  const note = (text, e) => /[A-Za-z]{2}/.test(text) && found.push([text.trim().replace(/\\s+/g, " "),
    (e.closest("[id]")?.id ?? "") + " " + e.tagName.toLowerCase()]);
  const shown = (e) => e.checkVisibility({visibilityProperty: true});
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, e = node.parentElement;
    if (e && !/^(SCRIPT|STYLE|TEMPLATE|NOSCRIPT)$/.test(e.tagName) && shown(e)) note(node.data, e);
  }
  const names = ["aria-label", "title", "placeholder", "alt", "aria-description", "aria-valuetext"];
  for (const e of document.querySelectorAll(names.map(n => `[${n}]`).join()))
    for (const name of names) if (e.hasAttribute(name) && shown(e)) note(e.getAttribute(name), e);
  return found;
}"""


def english_words(text, known):
    """The words of a text that are neither names nor values."""
    text = re.sub(PATHS, " ", text)
    for name in sorted(known, key=len, reverse=True):
        text = re.sub(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", " ", text)
    for pattern in (OTHERS, FILES, FIELDS):
        text = re.sub(pattern, " ", text)
    return re.findall(r"[A-Za-z]{2,}", text)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    app = Served(tmp_path_factory.mktemp("runs"))
    yield app
    app.close()


def test_the_check_finds_english():
    known = {*NAMES, *VALUES}
    assert english_words("批大小 batch: 32 (kimg 5)", known) == ["batch"]
    assert english_words("g_args.width，dcgan-r1-32 用 R1，见 log.txt 与 00001-a.b", known) == []
    assert english_words("This is a sentence about GAN", known) == ["This", "is", "sentence", "about"]


def test_no_state_of_the_page_has_an_english_sentence_in_chinese(served, browser):
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-TW")
    known = {*NAMES, *VALUES, *(run.name for run in served.runs.iterdir())}
    found = {}
    for state in walk(page, served.url):
        for text, where in page.evaluate(TEXTS):
            if words := english_words(text, known):
                found.setdefault(f"{where}: {text[:200]}", (state, words))
    page.close()
    assert not found, "\n".join(f"{text}   {words} [{state}]" for text, (state, words) in found.items())


@pytest.mark.parametrize("locale", ["zh-TW", "zh-Hans-CN", "en-US", "fr-FR"])
def test_a_page_is_wholly_in_one_language(served, browser, locale):
    """Ours, Gradio's own, and the scripts': none follows another choice than the others."""
    page = browser.new_page(locale=locale)
    page.goto(served.url)
    page.wait_for_selector("#start")
    page.wait_for_function("() => document.querySelector('#monitor [data-m=state]')?.textContent")
    chinese = locale.startswith("zh")
    said = {
        "tagline": page.locator(".app-head p").inner_text(),
        "tab": page.locator("#tab_train-button").inner_text(),
        "script": page.locator("#monitor [data-m=state]").inner_text(),
        "gradio": page.locator("footer").inner_text(),
    }
    assert {key: bool(re.search("[\u4e00-\u9fff]", text)) for key, text in said.items()} == dict.fromkeys(
        said, chinese
    )
    assert (
        page.evaluate("[document.documentElement.lang, navigator.language]")
        == ["zh-CN" if chinese else "en"] * 2
    )
    page.close()


def test_a_chosen_language_is_kept_and_the_tab_and_the_form_with_it(served, browser):
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.goto(served.url)
    page.wait_for_selector("#start")
    assert page.locator("#header button[aria-pressed=true]").inner_text() == "English"
    page.wait_for_function("() => document.querySelector('#preview_grid img')", timeout=60_000)
    page.fill("#amount input", "7")
    page.press("#amount input", "Tab")
    page.wait_for_timeout(500)
    page.click("#tab_compare-button")
    page.click("#header button[data-language='zh-CN']")
    page.wait_for_function("() => document.documentElement.lang === 'zh-CN'")
    page.wait_for_selector("#tab_compare-button[aria-selected=true]")
    assert page.locator("#tab_compare-button").inner_text() == "对比"
    page.click("#tab_train-button")
    page.wait_for_function("() => document.querySelector('#amount input')?.value === '7'", timeout=60_000)
    other = context.new_page()  # the next visit
    other.goto(served.url)
    other.wait_for_selector("#start")
    assert other.locator("#header button[aria-pressed=true]").inner_text() == "简体中文"
    assert other.locator("#tab_train-button").inner_text() == "训练"
    # The server knows it, too: the browser still asks for English first.
    ask = """() => fetch("gradio_api/component_server", {method: "POST", body: "{",
        headers: {"content-type": "application/json"}}).then((answer) => answer.json())"""
    assert other.evaluate(ask)["error"] == "无法读取：不是 JSON。"
    assert errors == []
    context.close()


@pytest.mark.parametrize("system", ["light", "dark"])
def test_a_chosen_look_is_kept_and_there_before_anything_is_drawn(served, browser, system):
    chosen = {"light": "dark", "dark": "light"}[system]
    context = browser.new_context(color_scheme=system, locale="en-US")
    page = context.new_page()
    page.goto(served.url)
    page.wait_for_selector("#start")
    is_dark = "() => document.body.classList.contains('dark')"
    assert page.evaluate(is_dark) == (system == "dark")
    page.select_option("#header select", chosen)
    assert page.evaluate(is_dark) == (chosen == "dark")
    # The first frame of the next visit: Gradio has not started, and the background is the chosen one.
    page.add_init_script(
        """new MutationObserver((_, o) => { if (!document.body) return; o.disconnect();
        window.first = getComputedStyle(document.body).backgroundColor; }).observe(document, {childList: true, subtree: true});"""
    )
    page.goto(served.url)
    page.wait_for_selector("#start")
    brightness = sum(map(int, re.findall(r"\d+", page.evaluate("window.first"))[:3]))
    assert (brightness < 200) == (chosen == "dark"), page.evaluate("window.first")
    assert page.evaluate(is_dark) == (chosen == "dark")
    page.select_option("#header select", "system")
    assert page.evaluate(is_dark) == (system == "dark")
    page.emulate_media(color_scheme=chosen)  # the system changes its mind
    page.wait_for_function(f"() => ({is_dark})() === {str(chosen == 'dark').lower()}")
    context.close()


def test_the_look_of_a_space_counts_as_the_system(served, browser):
    page = browser.new_page(color_scheme="light")
    page.goto(served.url + "/?__theme=dark")
    page.wait_for_selector("#start")
    assert page.evaluate("document.body.classList.contains('dark')") and "__theme" not in page.url
    page.select_option("#header select", "light")
    assert not page.evaluate("document.body.classList.contains('dark')")
    page.close()
