"""The site: what is sent to whom, and that a question is an address whose answer leads to people and back."""

from __future__ import annotations

import base64
import socket
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from pipelines.cli import main
from pipelines.serve import questions, site
from tests.report.merchant import HOSTILE

QUESTION = "/ask?metric=repurchase&windows=30&segments=all&segments=channel"


@pytest.fixture(scope="module")
def browser(settings):
    return site.site(settings).test_client()


class Read(HTMLParser):
    """A page as its texts, its elements with their attributes, and its links by text."""

    def __init__(self, text):
        super().__init__()
        self.texts, self.elements, self.links, self.inside = [], [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.inside = dict(attrs).get("href") if tag == "a" else None

    def handle_data(self, data):
        if data.strip():
            self.texts.append(data.strip())
            if self.inside:
                self.links.append((data.strip(), self.inside))

    def handle_endtag(self, tag):
        self.inside = None


def page(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    return Read(answer.text)


def test_it_begins_with_all_reports_and_sends_them_alone(browser):
    assert browser.get("/").headers["Location"] == "/reports/index.html"
    assert browser.get("/reports/index.html").text == "<p>all reports"
    others = ("siyu.duckdb", "../siyu.duckdb", "..%2Fsiyu.duckdb", "../../secret.key", ".hidden.html", "none.html")
    for path in (*others, f"{'a' * 5000}.html"):
        answer = browser.get(f"/reports/{path}")
        assert answer.status_code in (308, 404), path
        assert b"key" not in answer.data
        assert b"not yet" not in answer.data


@pytest.mark.parametrize("address", ["/ask", QUESTION, "/people?metric=repurchase", "/style.css"])
def test_no_page_runs_a_script_loads_from_elsewhere_or_may_be_framed(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"] == site.POLICY
    assert "script" not in site.POLICY
    assert "frame-ancestors 'none'" in site.POLICY
    found = Read(answer.text)
    assert not [tag for tag, _ in found.elements if tag in ("script", "iframe", "object", "embed")]
    named = [value for _, attrs in found.elements for key, value in attrs.items() if key in ("src", "href", "action")]
    assert all(value.startswith(("/", "data:")) and not value.startswith("//") for value in named)
    assert not [key for _, attrs in found.elements for key in attrs if key.startswith("on")]


def test_a_page_of_elsewhere_that_points_its_name_here_is_refused(browser):
    assert browser.get("/ask", headers={"Host": "evil.example"}).status_code == 400
    assert browser.get("/reports/index.html", headers={"Host": "evil.example"}).status_code == 400
    assert browser.get("/ask", headers={"Host": "127.0.0.1:8450"}).status_code == 200


def test_with_a_password_nothing_is_sent_without_it(settings):
    browser = site.site(settings, SecretStr("right")).test_client()

    def code(path, typed=None):
        header = {"Authorization": "Basic " + base64.b64encode(typed.encode()).decode()} if typed else {}
        return browser.get(path, headers=header).status_code

    paths = ("/", "/ask", QUESTION, "/style.css", "/reports/index.html")
    for path in paths:
        assert [code(path), code(path, "siyu:wrong"), code(path, "other:right")] == [401] * 3, path
        assert code(path, "siyu:right") in (200, 302)
        assert browser.options(path).status_code == 405


def test_to_let_others_in_a_password_is_asked_for(home, capsys):
    assert main(["--home", str(home), "serve", "--host", "0.0.0.0"]) == 1
    assert "so a password is needed" in capsys.readouterr().err
    assert main(["--home", str(home), "serve", "--host", "0.0.0.0", "--password", "env:SIYU_NOT_SET"]) == 1
    assert "SIYU_NOT_SET is not set" in capsys.readouterr().err


def test_a_port_that_is_taken_and_a_host_that_no_browser_could_name_are_told(home, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--home", str(home), "serve", "--port", str(port)]) == 1
    assert f"port {port} of 127.0.0.1 cannot be listened on" in capsys.readouterr().err
    assert main(["--home", str(home), "serve", "--host", "::1"]) == 1
    assert "expected an IPv4 address or a name" in capsys.readouterr().err


def test_the_form_is_that_of_the_metric_and_keeps_what_was_typed(browser):
    found = page(browser, "/ask?metric=funnel&steps=any,order&within=7d&segments=all&segments=channel")
    fields = {attrs["name"]: attrs for tag, attrs in found.elements if tag == "input" and attrs.get("type") == "text"}
    assert (fields["steps"]["value"], fields["within"]["value"]) == ("any,order", "7d")
    checked = [attrs["value"] for tag, attrs in found.elements if "checked" in attrs]
    assert checked == ["all", "channel"]
    assert "步骤" in found.texts
    assert any("窗口内依次走到后面每一步的人数" in text for text in found.texts)


def test_without_a_question_the_first_metric_is_answered_over_everybody(browser):
    found = page(browser, "/ask")
    assert "warehouse.metric('retention', segments=['all'])" in found.texts
    assert found.links


def test_a_number_of_people_leads_to_as_many_and_back(browser):
    links = [(int(text.replace(",", "")), link) for text, link in page(browser, QUESTION).links if "/people?" in link]
    count, link = max(links)
    found = page(browser, link)
    assert f"{count:,} 人，列出其中 {min(count, questions.MOST_PEOPLE)} 人" in found.texts
    (back,) = (link for text, link in found.links if text.startswith("←"))
    asked = parse_qs(urlsplit(back).query)
    assert (asked["metric"], asked["windows"], asked["segments"]) == (["repurchase"], ["30"], ["all,channel"])
    assert "warehouse.metric('repurchase', windows=[30], segments=['all', 'channel'])" in page(browser, back).texts


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/ask?metric=repurchase&windows=soon", "expected something like"),
        ("/ask?metric=repurchase&segments=nothing", "expected one of"),
        ("/ask?metric=repurchase&as_of=yesterday", "Invalid isoformat"),
        ("/people?metric=repurchase&column=is_small&row.segment_by=all", "does not tell whom 'is_small' counts"),
        ("/people?metric=repurchase&column=buyers&row.segment_by=host", "by 'host' nobody is found"),
        ("/people?metric=repurchase&column=buyers&row.segment_by=all&row.cohort_month=x", "Invalid isoformat"),
        (
            "/people?metric=repurchase&column=buyers&row.segment_by=all&row.segment=x",
            "has no such row: cohort_month=None",
        ),
    ],
)
def test_a_mistake_is_told_on_the_page(browser, address, said):
    found = page(browser, address)
    assert any(said in text for text in found.texts)
    assert ("p", {"class": "mistake", "role": "alert"}) in found.elements


def test_what_is_no_metric_is_not_found(browser):
    assert browser.get("/ask?metric=nothing").status_code == 404
    assert browser.get("/people?metric=nothing").status_code == 404


def test_a_name_that_is_a_script_is_a_text(browser):
    hostile = '"><script>x'
    for asked in ("metric=group_health", "metric=retention&segments=group", f"metric=retention&start={hostile}"):
        found = page(browser, f"/ask?{asked}")
        assert not [tag for tag, _ in found.elements if tag in ("script", "img")]
    assert HOSTILE["g2"] in page(browser, "/ask?metric=group_health").texts
