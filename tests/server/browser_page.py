"""Neo4j Browser as a user drives it: a page in headless Chromium, text pasted, buttons clicked, files dropped."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    "--window-size=1400,900",
)
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
"""A driver that is not on the path is found by Selenium, which fetches the one that fits."""
FRAME = "[data-testid=frame]"
PASTE = """
const box = document.querySelector('textarea.inputarea');
box.focus();
const data = new DataTransfer();
data.setData('text/plain', arguments[0]);
box.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
"""
DROP = """
const bytes = Uint8Array.from(atob(arguments[1]), c => c.charCodeAt(0));
const data = new DataTransfer();
data.items.add(new File([bytes], arguments[0]));
document.querySelector('.filedrop')
        .dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
"""
SEEN = """
const found = typeof arguments[0] === 'string' ? document.querySelector(arguments[0]) : arguments[0];
return found ? found.innerText.trim() : '';
"""
"""The text one sees, asked of the page itself: the driver's own way looks at every cell of a table by itself."""

CIRCLES = """
return [...document.querySelectorAll('[data-testid=frame] g.node')].map(node => [
    [...node.querySelectorAll('text')].map(text => text.textContent.trim()).join(' ').trim(),
    node.querySelector('circle.b-outline').getAttribute('r'),
    node.querySelector('circle.b-outline').getAttribute('fill')]);
"""


class BrowserPage:
    """The one page, logged in."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def log_in(self, url: str, password: str) -> None:
        """Open the address and type the password."""
        self.driver.get(url)
        self.wait(lambda: self.first("[data-testid=password]")).send_keys(password, Keys.ENTER)
        self.wait(lambda: self.first("#guide-drawer h3"))

    def run(self, text: str) -> WebElement:
        """Paste a text and click the triangle; the frame that comes up, once it is there."""
        before = [frame.id for frame in self.all(FRAME)]
        self.driver.execute_script(PASTE, text)
        self.first("[data-testid=editor-Run]").click()
        return self.wait(lambda: next((frame for frame in self.all(FRAME)[:1] if frame.id not in before), None))

    def records(self, text: str) -> int:
        """Records that Browser says a query gave."""
        frame = self.run(text)
        return int(self.wait(lambda: self._records(frame)))

    def _records(self, frame: WebElement) -> int | None:
        seen = self.text(frame)
        if seen.count("ERROR"):
            raise AssertionError(seen)
        bar = self.text(f"{FRAME} [data-testid=frameStatusbar]")
        found = re.search(r"Started streaming ([\d,]+) record", bar)
        if found:
            return int(found[1].replace(",", ""))
        return 0 if "no records" in seen else None

    def header(self) -> list[str]:
        """Column names of the table shown, whose first column numbers the rows."""
        return [str(cell.get_property("textContent")) for cell in self.all(f"{FRAME} th")[1:]]

    def script(self, lines: Sequence[str]) -> None:
        """Paste several commands at once, and wait until each has its tick."""
        frame = self.run("".join(f"{line};\n" for line in lines))
        ticks = "[data-testid=multi-statement-list-icon][title='Status: success']"
        if len(lines) > 1:
            self.wait(lambda: len(frame.find_elements(By.CSS_SELECTOR, ticks)) == len(lines))

    def drop(self, path: Path) -> None:
        """Drop a file on the page."""
        self.driver.execute_script(DROP, path.name, base64.b64encode(path.read_bytes()).decode())

    def first(self, selector: str) -> WebElement:
        """First element there is."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        """Every element there is."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def named(self, text: str) -> WebElement:
        """First element whose own text begins so."""
        return self.driver.find_element(By.XPATH, f"//*[text()[starts-with(normalize-space(.), {text!r})]]")

    def circles(self) -> dict[str, tuple[float, str]]:
        """Radius and fill of every circle drawn, by the name of its place (shortened where it does not fit)."""
        found = self.driver.execute_script(CIRCLES)
        return {name: (float(radius), fill.upper()) for name, radius, fill in found}

    def text(self, what: str | WebElement) -> str:
        """Text of an element, or of the first of a selector; nothing without one."""
        return str(self.driver.execute_script(SEEN, what))

    def kept(self, key: str) -> Any:
        """What Browser keeps under a name."""
        return self.driver.execute_script("return JSON.parse(localStorage.getItem(arguments[0]))", f"neo4j.{key}")

    def wait(self, condition: Callable[[], Any], seconds: float = 60) -> Any:
        """What the condition gives, once it gives something."""
        ignored = (NoSuchElementException, StaleElementReferenceException)
        waiting = WebDriverWait(self.driver, seconds, poll_frequency=0.1, ignored_exceptions=ignored)

        def asked(_: object) -> Any:
            found = condition()
            return (found,) if found is not None and found is not False else False

        return waiting.until(asked)[0]


@contextmanager
def open_page(profile: Path) -> Iterator[BrowserPage]:
    """A page of Chromium or Chrome, with a profile of its own."""
    browser = next(filter(None, map(shutil.which, PROGRAMS)), None)
    driver_program = shutil.which("chromedriver")
    if browser is None and not Path(MAC).exists():
        pytest.fail("Neo4j Browser is tested in a real web browser, and none was found: sh tests/find_browser.sh")
    options = Options()
    options.binary_location = browser or MAC
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(driver_program))
    try:
        yield BrowserPage(driver)
    finally:
        driver.quit()
