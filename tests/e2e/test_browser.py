"""What a person sees and clicks in a browser, on the page of the local Slack."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from e2e.deliveries import clickable, put_right
from e2e.local_slack import PATIENCE, Bot, LocalSlack, ago
from playwright.sync_api import Locator, Page, Route, expect, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Its sandbox is not for root, and what it shows is ours. A page that was changed on its way counts as a
# stranger's, which may not speak to this machine.
OPTIONS = ("--no-sandbox", "--disable-features=LocalNetworkAccessChecks")


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[LocalSlack]:
    slack = LocalSlack("http", tmp_path)
    with put_right(slack), slack.running():
        yield slack


@pytest.fixture
def page(slack: LocalSlack, bot: Bot) -> Iterator[Page]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, f"This needs one of {', '.join(BROWSERS)} (on Debian: apt install chromium)."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=OPTIONS)
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        page.set_default_timeout(PATIENCE * 1000)
        expect.set_options(timeout=PATIENCE * 1000)
        address = f"http://127.0.0.1:{slack.port}/"
        page.route(address, with_buttons)
        page.goto(address)
        expect(page.get_by_text("ui live")).to_be_visible()
        yield page
        browser.close()


def with_buttons(route: Route) -> None:
    found = route.fetch()
    route.fulfill(response=found, body=clickable(found.text()))


def type_in(page: Page, text: str) -> Locator:
    """Send what is typed below the channel; what comes last in it from then on."""
    page.locator(".composer-input").fill(text)
    page.locator(".composer-send").click()
    return page.locator(".msg").last


def open_home(page: Page) -> Locator:
    page.locator(".sidebar-item", has_text="🏠").click()
    return page.locator(".home")


def fill(form: Locator, kind: str, title: str, day: date) -> None:
    form.get_by_label(kind).check()
    form.locator(".bk-input", has_text="Title").locator("input").fill(title)
    form.locator(".bk-input", has_text="Done on").locator("input").fill(day.isoformat())


def close(modal: Locator) -> None:
    modal.get_by_role("button", name="Close").click()
    expect(modal).to_have_count(0)


def test_an_activity_is_logged_by_form_seen_in_home_and_undone(page: Page) -> None:
    noted = type_in(page, f"/ce cert add ACP-620 earned {ago(200)}")
    expect(noted).to_contain_text("Noted ACP-620")

    home, modal = open_home(page), page.locator(".modal")
    expect(home).to_contain_text(" 0 of 100 CE")
    home.get_by_role("button", name="Log activity").click()
    expect(modal).to_contain_text("Log an activity")
    fill(modal, "Course (10 CE)", "Jira Automation", ago(3))
    modal.get_by_role("button", name="Log", exact=True).click()
    expect(modal).to_contain_text("Logged 1")
    close(modal)
    expect(home).to_contain_text(" 10 of 100 CE")
    expect(home).to_contain_text("Jira Automation")

    home.get_by_role("button", name="Undo").click()
    expect(modal).to_contain_text("Undone")
    close(modal)
    expect(home).to_contain_text(" 0 of 100 CE")
    expect(home).not_to_contain_text("Jira Automation")


def test_a_command_with_half_the_words_opens_the_form_and_faults_stand_in_it(page: Page) -> None:
    type_in(page, "/ce add course")
    form = page.locator(".modal")
    expect(form.get_by_label("Course (10 CE)")).to_be_visible()
    form.get_by_role("button", name="Log", exact=True).click()
    expect(form.locator(".modal-error")).to_have_count(1)
    expect(form.locator(".modal-error")).to_contain_text("title: ")
    fill(form, "Course (10 CE)", "Boards", ago(3))
    form.get_by_role("button", name="Log", exact=True).click()
    expect(form).to_contain_text("Logged 1")
    form.get_by_role("button", name="Undo").click()
    expect(form).to_contain_text("Undone")
