"""Access in a real Chromium: axe without serious findings in every state, headings, focus, keyboard, a narrow screen."""

from pathlib import Path

import pytest
import test_browser
from page_states import TABS, Served, settle, unfold, walk

pytestmark = pytest.mark.browser
browser = test_browser.browser  # a fixture
axe = pytest.importorskip("axe_playwright_python")
AXE = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")

# What axe finds, and is accepted, each with the reason.
ACCEPTED = {"target-size": "the label beside a box is a part of it: a press anywhere on it counts"}
RUN_AXE = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"],
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    rules: {"label-content-name-mismatch": {enabled: true}}});
  return found.violations.filter(v => ["serious", "critical"].includes(v.impact)).flatMap(v => v.nodes.map(n =>
    [v.id, n.target.join(" "), n.html.slice(0, 160), (n.any[0] ?? n.all[0] ?? n.none[0])?.message ?? ""]));
}"""
HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(h => h.checkVisibility())
  .map(h => [Number(h.tagName[1]), h.innerText.trim()])"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    app = Served(tmp_path_factory.mktemp("runs"))
    yield app
    app.close()


def gaps(headings):
    """Headings that are more than one level below the one before them."""
    levels = [0, *(level for level, _ in headings)]
    return [headings[i] for i in range(len(headings)) if levels[i + 1] > levels[i] + 1]


def test_gaps_between_headings_are_found():
    assert gaps([(1, "a"), (2, "b"), (3, "c"), (2, "d"), (4, "e")]) == [(4, "e")]
    assert gaps([(2, "a")]) == [(2, "a")] and gaps([(1, "a"), (2, "b"), (1, "c"), (2, "d")]) == []


@pytest.mark.parametrize(
    ("scheme", "width", "runs"), [("light", 1440, 99), ("dark", 1440, 3), ("light", 390, 3)]
)
def test_axe_finds_nothing_serious_in_any_state(served, browser, scheme, width, runs):
    page = browser.new_page(viewport={"width": width, "height": 860}, color_scheme=scheme, locale="en-US")
    page.add_init_script(AXE)
    found, headings, wide, lost = {}, {}, [], []
    for state in walk(page, served.url, most_runs=runs):
        for rule, target, html, message in page.evaluate(RUN_AXE):
            if rule not in ACCEPTED:
                found.setdefault((rule, html), (state, target, message))
        for heading in gaps([tuple(h) for h in page.evaluate(HEADINGS)]):
            headings.setdefault(heading, state)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(state)
        if state != "train" and page.evaluate("document.activeElement === document.body"):
            lost.append(state)
    page.close()
    listed = [
        f"{rule}: {html}\n    {target}\n    {message} [{state}]"
        for (rule, html), (state, target, message) in found.items()
    ]
    listed += [f"heading {heading} [{state}]" for heading, state in headings.items()]
    listed += [f"wider than the screen: {state}" for state in wide]
    listed += [f"the focus fell to the page: {state}" for state in lost]
    assert not listed, "\n".join(listed)


def test_the_focus_of_a_button_that_is_disabled_goes_on_and_comes_back(served, browser):
    page = browser.new_page(locale="en-US")
    page.goto(served.url)
    page.wait_for_selector("#start")
    page.evaluate("""() => {
      const box = document.createElement("div");
      box.innerHTML = "<button id=one>1</button><div id=inner><button id=two>2</button></div><button id=three>3</button>";
      document.body.append(box);
      document.getElementById("two").focus();
    }""")
    page.evaluate("() => document.getElementById('two').disabled = true")
    page.wait_for_function("() => document.activeElement.id === 'three'")
    page.evaluate("() => document.getElementById('two').disabled = false")
    page.wait_for_function("() => document.activeElement.id === 'two'")
    page.evaluate(
        "() => document.getElementById('inner').innerHTML = '<a href=\"#x\" id=new>new</a>'"
    )  # taken away
    page.wait_for_function("() => document.activeElement.id === 'new'")
    # Whoever has gone on is not called back.
    page.evaluate("() => document.getElementById('one').focus()")
    page.evaluate("() => document.getElementById('one').disabled = true")
    page.wait_for_function(
        "() => document.activeElement.id !== 'one' && document.activeElement !== document.body"
    )
    page.evaluate("() => document.getElementById('three').focus()")
    page.evaluate("() => document.getElementById('one').disabled = false")
    page.wait_for_timeout(200)
    assert page.evaluate("document.activeElement.id") == "three"
    page.close()


# Everything shown that can be pressed or filled in; of a group of radio buttons or tabs the arrows reach the others.
CONTROLS = """() => {
  window.reached = new Set();
  const group = (e) => e.type === "radio" ? "radio " + e.name + (e.closest("[id]")?.id ?? "") : e.role === "tab" ? "tabs" : null;
  const all = [...document.querySelectorAll('button, a[href], input, select, textarea, summary, [role=button], [role=tab],'
    + ' [role=slider], [role=option], [role=menuitem], canvas[tabindex]')]
    .filter(e => !e.disabled && e.type !== "file" && e.type !== "hidden" && e.checkVisibility({visibilityProperty: true, opacityProperty: true})
      && !e.closest('[aria-hidden=true], [inert]') && e.getClientRects().length);
  window.controls = all.map(e => [e, group(e)]);
  return all.length;
}"""
UNREACHED = """() => {
  const groups = new Set(window.controls.filter(([e, g]) => g && window.reached.has(e)).map(([, g]) => g));
  return window.controls.filter(([e, g]) => e.isConnected && !window.reached.has(e) && !groups.has(g))
    .map(([e]) => e.outerHTML.slice(0, 200));
}"""


@pytest.mark.parametrize("tab", TABS)
def test_everything_is_reached_by_keyboard_and_shows_the_focus(served, browser, tab):
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
    page.goto(served.url)
    page.wait_for_selector("#start")
    page.keyboard.press("Tab")
    page.click(f"#tab_{tab}-button")
    settle(page, 2500)
    unfold(page, f"#tab_{tab}")
    settle(page)
    count = page.evaluate(CONTROLS)
    assert count > 10
    page.evaluate(
        "() => { const e = document.querySelector('#header button'); e.focus(); window.reached.add(e); }"
    )
    unseen = []
    for _ in range(3 * count + 20):
        page.keyboard.press("Tab")
        page.wait_for_timeout(20)
        seen = page.evaluate("""() => {
          const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
          window.reached.add(e);
          const ring = (node) => { const s = getComputedStyle(node);
            return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== "none"; };
          let shown = false;
          for (let node = e, i = 0; node && i < 4 && !shown; node = node.parentElement, i++) shown = ring(node);
          return [e === document.body, shown, e.outerHTML.slice(0, 160)];
        }""")
        if seen[0]:  # past the last one
            break
        if not seen[1]:
            unseen.append(seen[2])
    unreached = page.evaluate(UNREACHED)
    page.close()
    assert unreached == [] and unseen == []
