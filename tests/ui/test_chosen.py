"""Which generator is chosen on all tabs: chosen.py without a page; going.js in a real Chromium."""

import json

import pytest
import test_browser

pytest.importorskip("gradio")
from ganapp.ui.shared.chosen import choose, newest, of_run, read_focus

app, browser, page = test_browser.app, test_browser.browser, test_browser.page  # fixtures

NAMES = [
    "faces-64", "mnist-32",
    "00002-b/000001000", "00002-b/best", "00001-a/000000900", "00002-b/000000500", "00001-a/000000100",
    "imported/cat",
]  # fmt: skip


def focus(**kept):
    return read_focus(json.dumps(kept))


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ({}, "00002-b/best"),
        ({"watched": "00001-a"}, "00001-a/000000900"),
        ({"watched": "00002-b"}, "00002-b/best"),
        ({"watched": "00003-new", "last": "mnist-32"}, "mnist-32"),
        ({"watched": "00003-new", "last": "gone"}, "faces-64"),
        ({"watched": "00003-new"}, "faces-64"),
        ({"watched": "00001-a", "model": "imported/cat"}, "imported/cat"),
        ({"watched": "00001-a", "model": "user/name@v1"}, "user/name@v1"),
        ({"watched": "00001-a", "model": "00002-b/000000500"}, "00002-b/000000500"),
        ({"watched": "00002-b", "model": "00001-a/000000400"}, "00001-a/000000900"),
        ({"watched": "00002-b", "model": "00009-gone/000000400", "last": "mnist-32"}, "mnist-32"),
    ],
)
def test_the_generator_that_a_list_shows(kept, expected):
    assert choose(NAMES, focus(**kept)) == expected


def test_without_a_run_it_is_the_last_used_or_a_shipped_one():
    assert choose(NAMES[:2], focus(last="mnist-32")) == "mnist-32"
    assert choose(["faces-64", "imported/cat"], focus()) == "faces-64"
    assert choose([], focus(last="mnist-32")) is None
    assert newest(NAMES[:2] + NAMES[-1:]) is None


def test_a_run_with_several_generators_in_a_snapshot():
    names = ["faces-64", "00004-two/000000700/a2b", "00004-two/000000700/b2a", "00004-two/best/b2a"]
    assert of_run(names, "00004-two") == "00004-two/best/b2a" == newest(names)
    assert of_run(names[:3], "00004-two") == "00004-two/000000700/a2b"
    assert of_run(names, "00004") is None


@pytest.mark.parametrize(
    "sent", [None, 7, "", "{", "[]", '"x"', '{"model": 3}', '{"model": null}', "x" * 9999]
)
def test_whatever_a_browser_sends_is_read(sent):
    assert read_focus(sent) == {"watched": "", "model": "", "last": "", "shown": ""}
    assert choose(NAMES, read_focus(sent)) == "00002-b/best"


# -- in a browser --------------------------------------------------------------------------------------------


def value(page, name):
    return page.input_value(f"#{name} input")


def wait_for_value(page, name, wanted):
    page.wait_for_function(
        "([name, wanted]) => document.querySelector(`#${name} input`)?.value === wanted",
        arg=[name, wanted],
        timeout=60_000,
    )


def wait_until_last(page, wanted):
    """Until the page has told that this one is shown, which Gradio does some time after it shows it."""
    page.wait_for_function("wanted => localStorage.getItem('ganapp.last')?.includes(wanted)", arg=wanted)
    page.wait_for_timeout(500)


def is_open(page, tab):
    return page.get_attribute(f"#tab_{tab}-button", "aria-selected") == "true"


def open_there(page, **detail):
    page.evaluate("detail => window.dispatchEvent(new CustomEvent('ganapp:open', {detail}))", detail)


@pytest.mark.browser
def test_one_generator_is_chosen_on_all_tabs_until_another_one_is(page):
    page.click("#tab_generate-button")
    wait_for_value(page, "gen_source", "faces-64")
    page.fill("#gen_source input", "mnist-32")
    page.press("#gen_source input", "Enter")
    page.click("#tab_evaluate-button")
    wait_for_value(page, "eval_source", "mnist-32")
    page.fill("#eval_source input", "cifar10-32")
    page.press("#eval_source input", "Enter")
    page.click("#tab_train-button")
    page.click("#tab_generate-button")
    wait_for_value(page, "gen_source", "cifar10-32")


@pytest.mark.browser
def test_a_reload_forgets_nothing_and_a_new_visit_shows_the_last_used(app, browser):
    visit = browser.new_context(locale="en-US")
    page = visit.new_page()  # a page of its own: a reload breaks requests off, which is said in its console
    page.goto(app[0])
    page.wait_for_selector("#start")
    open_there(page, tab="create", model="cifar10-32")
    wait_for_value(page, "gen_source", "cifar10-32")
    page.reload()
    page.wait_for_selector("#start")
    page.click("#tab_evaluate-button")
    wait_for_value(page, "eval_source", "cifar10-32")
    page.close()
    page = visit.new_page()
    page.goto(app[0])
    page.wait_for_selector("#start")
    page.click("#tab_generate-button")
    wait_for_value(page, "gen_source", "cifar10-32")
    visit.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 390])
def test_a_generator_is_opened_on_another_tab_by_one_event(page, width):
    page.set_viewport_size({"width": width, "height": 844})
    open_there(page, tab="evaluate", model="faces-32")
    wait_for_value(page, "eval_source", "faces-32")
    assert is_open(page, "evaluate")
    open_there(page, tab="create", model="mnist-32")
    wait_for_value(page, "gen_source", "mnist-32")
    assert is_open(page, "generate")
    open_there(page, tab="create", model="faces-32")  # on the tab that is open already
    wait_for_value(page, "gen_source", "faces-32")
    open_there(page, tab="publish")
    page.wait_for_function("() => document.activeElement === document.querySelector('#publish > button')")
    assert value(page, "gen_source") == "faces-32" and page.locator("#pub_repo").is_visible()
    open_there(page, tab="nowhere", model="mnist-32")
    wait_for_value(page, "gen_source", "mnist-32")


@pytest.mark.browser
def test_another_watched_run_is_a_new_choice(page):
    """A run that is watched has no snapshot here, so the last used generator is shown in its place."""
    page.click("#tab_generate-button")
    wait_for_value(page, "gen_source", "faces-64")
    wait_until_last(page, "faces-64")
    page.evaluate("() => localStorage.setItem('ganapp.last', JSON.stringify({model: 'cifar10-32'}))")
    page.evaluate("() => localStorage.setItem('ganapp.monitor', JSON.stringify({run: '00001-none'}))")
    page.click("#tab_train-button")
    page.click("#tab_generate-button")
    wait_for_value(page, "gen_source", "cifar10-32")
    open_there(page, tab="evaluate", model="mnist-32")
    wait_for_value(page, "eval_source", "mnist-32")
    wait_for_value(page, "gen_source", "mnist-32")
    wait_until_last(page, "mnist-32")
    page.evaluate("() => localStorage.setItem('ganapp.last', JSON.stringify({model: 'faces-32'}))")
    page.evaluate("() => localStorage.setItem('ganapp.monitor', JSON.stringify({run: '00002-none'}))")
    page.click("#tab_generate-button")
    wait_for_value(page, "gen_source", "faces-32")
