"""The page as a program: a real Chromium offers to install it, with our name and icon."""

import io
import json
import urllib.request

import pytest
import test_browser
from PIL import Image

pytestmark = pytest.mark.browser
app = test_browser.app  # a fixture


def test_the_page_can_be_installed_with_name_and_icon(app, tmp_path):
    playwright = pytest.importorskip("playwright.sync_api")
    url = app[0]
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch_persistent_context(  # a window without a profile offers nothing
            tmp_path, executable_path=test_browser.chromium_path(), args=test_browser.FLAGS, headless=True
        )
        page = browser.new_page()
        page.goto(url)
        page.wait_for_selector("#start")
        session = browser.new_cdp_session(page)
        errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        manifest = json.loads(session.send("Page.getAppManifest")["data"])
        browser.close()
    assert errors == []
    assert (manifest["name"], manifest["display"], manifest["start_url"]) == ("ganapp", "standalone", "./")
    sizes = {icon["sizes"]: icon["src"] for icon in manifest["icons"]}
    assert set(sizes) == {"192x192", "512x512"}
    for size, path in sizes.items():
        icon = Image.open(io.BytesIO(urllib.request.urlopen(url + path, timeout=20).read()))
        assert icon.size == tuple(map(int, size.split("x")))
    # The face of our icon, right of its centre, and not Gradio's logo.
    red, green, blue = icon.convert("RGB").getpixel((int(icon.width * 0.75), icon.height // 2))
    assert red > 240 and 190 < green < 230 and blue < 150
    favicon = Image.open(io.BytesIO(urllib.request.urlopen(f"{url}/favicon.ico", timeout=20).read()))
    assert favicon.size == (512, 512)
