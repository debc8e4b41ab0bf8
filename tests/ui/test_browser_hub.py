"""The Hub panel in a real Chromium: a model is found, fetched and chosen; a checkpoint file is dropped; a damaged one is a sentence."""

import base64
import re

import pytest
import test_browser
import torch
from importers.original import Original
from importers.trained import settle
from importers.weights import draw
from test_generate_tab import save

from ganapp.config import ModelSpec

pytestmark = pytest.mark.browser
app, browser, page = test_browser.app, test_browser.browser, test_browser.page  # fixtures
DROP = """([zone, name, text]) => {
    const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0)), carried = new DataTransfer();
    carried.items.add(new File([bytes], name));
    zone.dispatchEvent(new DragEvent('drop', {dataTransfer: carried, bubbles: true, cancelable: true})); }"""


@pytest.fixture(scope="module", autouse=True)
def hub(hub_server, tmp_path_factory):
    """A Hub on 127.0.0.1, and what tells the app's process to use it; before `app` because it is autouse."""
    home = tmp_path_factory.mktemp("hf-home")
    settings = {
        "HF_ENDPOINT": hub_server.url,
        "HF_HOME": str(home),
        "NO_PROXY": "127.0.0.1",
        "HF_HUB_DISABLE_XET": "1",
    }
    hub_server.reset()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE", "HF_HUB_CACHE", "SPACE_ID"):
            patch.delenv(name, raising=False)
        for name, value in settings.items():
            patch.setenv(name, value)
        yield hub_server


def open_panel(page):
    page.click("#tab_generate-button")
    page.click("#hub > button")
    page.wait_for_selector("#hub_found label", timeout=60_000)


def source(page):
    return page.locator("#gen_source input").input_value()


def drop(page, name, content: bytes):
    zone = page.locator("#hub_drop button").first.element_handle()
    page.evaluate(DROP, [zone, name, base64.b64encode(content).decode()])


def generate(page, count):
    page.fill("#gen_seeds textarea, #gen_seeds input", f"1-{count}")
    page.wait_for_function(
        "n => document.querySelectorAll('#create .tile.painted').length === n", arg=count, timeout=30_000
    )


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory):
    """The bytes of PyTorch's tutorial DCGAN as its script saves it, with drawn weights."""
    case, path = Original("dcgan").cases["tutorial"], tmp_path_factory.mktemp("tutorial") / "netG.pth"
    torch.save({f"module.{k}": v for k, v in draw(case["shapes"], case["seed"]).items()}, path)
    return path.read_bytes()


def test_a_row_is_fetched_and_chosen(hub, page, tmp_path):
    folder = save(tmp_path / "model", ModelSpec("mlp", 28, 1, 0, 8, {"hidden": [16]}))
    files = {p.name: p.read_bytes() for p in folder.iterdir()}
    repo = hub.add("ana/digits", files, tags=("ganapp", "family:mlp", "resolution:28", "license:mit"))
    page.wait_for_timeout(500)
    assert page.locator("#hub_found label").count() == 0  # nothing is looked up before the panel is opened
    open_panel(page)
    known = page.locator("#hub_found label").count()
    assert known > 0 and hub.requests == [] and page.locator("#hub_get").is_disabled()

    page.fill("#hub_search input, #hub_search textarea", "ana/digits")
    page.click("#hub_look")
    page.get_by_text("ana/digits · mlp · 28 px · mit").click(timeout=60_000)
    page.click("#hub_get:not([disabled])")
    page.get_by_text("is here and chosen").wait_for(timeout=30_000)
    assert source(page) == f"ana/digits@{repo.refs['main']}"
    generate(page, 3)

    page.fill("#hub_search input, #hub_search textarea", "")
    page.click("#hub > button")
    page.click("#hub > button")
    page.get_by_text(f"ana/digits @ {repo.refs['main'][:7]}").wait_for()  # from the cache
    assert page.locator("#hub_found label").count() == known + 1


@pytest.mark.parametrize("mode", ["edit", "mix", "map"])
def test_every_instrument_asks_before_it_fetches(hub, page, tmp_path, mode):
    folder = save(tmp_path / "model", ModelSpec("mlp", 28, 1, 0, 8, {"hidden": [16]}))
    hub.add(f"ana/{mode}", {p.name: p.read_bytes() for p in folder.iterdir()}, tags=("ganapp",))
    page.click("#tab_generate-button")
    page.click(f"#create_mode_{mode}")
    page.fill("#gen_source input", f"ana/{mode}")
    page.press("#gen_source input", "Enter")
    fetch = page.locator("#create [data-m=fetch]")
    fetch.wait_for(state="visible", timeout=60_000)
    fetch.click()
    fetch.wait_for(state="hidden", timeout=30_000)
    canvas, at = {"edit": ("board", 0), "mix": ("miximage", 0), "map": ("mapimage", None)}[mode]
    page.wait_for_function(
        """([canvas, at, source]) => {
          const { drawn, place } = document.querySelector(`#create [data-m=${canvas}]`).dataset;
          return at === null ? place : JSON.parse(drawn ?? "[]")[at] === source; }""",
        arg=[canvas, at, f"ana/{mode}"],
        timeout=30_000,
    )


def test_a_dropped_checkpoint_is_imported_and_makes_pictures(page, tutorial):
    open_panel(page)
    drop(page, "netG.pth", tutorial)
    page.get_by_text("is here and chosen").wait_for(timeout=30_000)
    assert re.fullmatch(r"imported/netG\.pth(-\d+)?", source(page))
    generate(page, 2)
    assert "64 px" in page.locator("#gen_card").inner_text()


def test_a_file_of_any_name_is_taken_and_imported_again_with_an_option(page, tmp_path):
    """What was assumed of it is said, with the option; the option stands on the page and is used."""
    case = Original("mimicry").cases["sngan_32"]
    torch.save(settle(draw(case["shapes"], case["seed"])), tmp_path / "x")
    open_panel(page)
    assert page.locator("#hub_again").is_hidden() or page.locator("#hub_again").is_disabled()
    drop(page, "netG_100000_steps", (tmp_path / "x").read_bytes())
    page.get_by_text("it ends in tanh").first.wait_for(timeout=30_000)
    assert re.fullmatch(r"imported/netG_100000_steps(-\d+)?", source(page))
    page.click("#hub_options > button")
    page.click("#hub_option_output input")
    page.get_by_role("option", name="sigmoid", exact=True).click()
    page.click("#hub_again")
    page.get_by_text("netG_100000_steps-2 is here and chosen").wait_for(timeout=30_000)
    assert page.locator("#hub_said").inner_text().count("\n") == 0 and source(page).endswith("-2")


def test_a_damaged_checkpoint_is_one_sentence(page, tutorial):
    page.click("#tab_generate-button")
    page.wait_for_function("() => document.querySelector('#gen_source input')?.value")
    before = source(page)
    open_panel(page)
    drop(page, "netG.pth", tutorial[: len(tutorial) // 2])
    said = page.locator("#hub_said [role=alert]")
    said.wait_for(timeout=30_000)
    assert said.inner_text() == "netG.pth is damaged: its end is missing, as after a download that broke off."
    assert source(page) == before and page.locator(".toast-body").count() == 0
