"""The site: what is sent to whom, and what the page does when it is filled in and clicked."""

from __future__ import annotations

import base64
import json

import pytest
from pydantic import SecretStr

from pipelines.cli import main
from pipelines.serve import site
from tests.report.merchant import HOSTILE

UPDATE = "/explore/_dash-update-component"


@pytest.fixture(scope="module")
def browser(settings):
    return site.site(settings).test_client()


def called(browser, outputs, inputs, state=(), changed=()):
    """What a callback of the page answers, as the browser asks it."""
    told = [{"id": one, "property": what} for one, what in outputs]
    names = [f"{one}.{what}" for one, what in outputs]
    body = {
        "output": f"..{'...'.join(names)}.." if len(names) > 1 else names[0],
        "outputs": told if len(outputs) > 1 else told[0],
        "inputs": list(inputs),
        "state": list(state),
        "changedPropIds": list(changed),
    }
    answer = browser.post(UPDATE, json=body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]


def value(id_, property_, what):
    return {"id": id_, "property": property_, "value": what}


def asked(browser, name, as_of=None, **typed):
    ids = [{"parameter": key, "of": name} for key in typed]
    return called(
        browser,
        [("answer", "children"), ("people", "children"), ("asked", "data")],
        [value("ask", "n_clicks", 1), value("metric", "value", name)],
        [
            [value(one, "value", typed[one["parameter"]]) for one in ids],
            [value(one, "id", one) for one in ids],
            value("as_of", "value", as_of),
        ],
        ["ask.n_clicks"],
    )


def test_it_begins_with_all_reports_and_sends_them_alone(browser):
    assert browser.get("/").headers["Location"] == "/reports/index.html"
    assert browser.get("/reports/index.html").text == "<p>all reports"
    for path in ("siyu.duckdb", "../siyu.duckdb", "..%2Fsiyu.duckdb", "../../secret.key", ".hidden.html", "none.html"):
        answer = browser.get(f"/reports/{path}")
        assert answer.status_code in (308, 404), path
        assert b"key" not in answer.data
        assert b"not yet" not in answer.data


def test_a_browser_may_load_nothing_from_elsewhere_and_no_other_page_may_frame_it(browser):
    for path in ("/explore/", "/explore/_dash-layout", "/explore/assets/style.css"):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self' 'sha256-")
        assert "unsafe-eval" not in policy
        assert "frame-ancestors 'none'" in policy
    assert "http://" not in browser.get("/explore/").text.replace("http://www.w3.org", "")


def test_a_page_of_elsewhere_that_points_its_name_here_is_refused(browser):
    assert browser.get("/explore/", headers={"Host": "evil.example"}).status_code == 400
    assert browser.get("/reports/index.html", headers={"Host": "evil.example"}).status_code == 400
    assert browser.get("/explore/", headers={"Host": "127.0.0.1:8450"}).status_code == 200


def test_with_a_password_nothing_is_sent_without_it(settings):
    browser = site.site(settings, SecretStr("right")).test_client()

    def code(path, typed=None):
        header = {"Authorization": "Basic " + base64.b64encode(typed.encode()).decode()} if typed else {}
        return browser.get(path, headers=header).status_code

    paths = ("/", "/explore/", "/explore/_dash-layout", "/explore/assets/style.css", "/reports/index.html")
    for path in paths:
        assert [code(path), code(path, "siyu:wrong"), code(path, "other:right")] == [401] * 3, path
        assert code(path, "siyu:right") in (200, 302)
    assert browser.post(UPDATE, json={}).status_code == 401


def test_to_let_others_in_a_password_is_asked_for(home, capsys):
    assert main(["--home", str(home), "serve", "--host", "0.0.0.0"]) == 1
    assert "so a password is needed" in capsys.readouterr().err
    assert main(["--home", str(home), "serve", "--host", "0.0.0.0", "--password", "env:SIYU_NOT_SET"]) == 1
    assert "SIYU_NOT_SET is not set" in capsys.readouterr().err


def test_the_form_is_that_of_the_metric(browser):
    told = called(
        browser,
        [("form", "children"), ("definition", "children")],
        [value("metric", "value", "funnel")],
        changed=["metric.value"],
    )
    assert "步骤" in json.dumps(told, ensure_ascii=False)
    assert "窗口内依次走到后面每一步的人数" in json.dumps(told, ensure_ascii=False)


def test_a_question_is_answered_and_a_click_tells_who(browser):
    told = asked(browser, "repurchase", windows="30", segments=["all"])
    text = json.dumps(told["answer"], ensure_ascii=False)
    assert "warehouse.metric('repurchase', windows=[30], segments=['all'])" in text
    buttons = [cell for cell in _all(told["answer"]) if cell.get("type") == "Button"]
    biggest = max(buttons, key=lambda one: int(one["props"]["children"].replace(",", "")))
    place = biggest["props"]["id"]
    # an output that two callbacks share has a name of Dash's own
    (behind,) = (
        one for one in browser.get("/explore/_dash-dependencies").get_json() if "people.children@" in one["output"]
    )
    people = called(
        browser,
        [("people", behind["output"].removeprefix("people."))],
        [[value(place, "n_clicks", 1)]],
        [value("asked", "data", told["asked"]["data"])],
        [f"{json.dumps(place, separators=(',', ':'), sort_keys=True)}.n_clicks"],
    )
    assert f"{biggest['props']['children']} 人" in json.dumps(people, ensure_ascii=False)


def test_a_mistake_is_told_on_the_page(browser):
    for typed, said in (
        ({"windows": "soon"}, "expected something like"),
        ({"segments": ["nothing"]}, "expected one of"),
    ):
        assert said in json.dumps(asked(browser, "repurchase", **typed)["answer"])
    assert "Invalid isoformat" in json.dumps(asked(browser, "repurchase", as_of="yesterday")["answer"])


def test_a_name_that_is_a_script_is_a_text(browser):
    told = asked(browser, "group_health")
    named = [cell for cell in _all(told["answer"]) if cell.get("props", {}).get("children") == HOSTILE["g2"]]
    assert named
    assert all(cell["namespace"] == "dash_html_components" for cell in named)
    assert "dangerously" not in json.dumps(told)


def _all(tree):
    """Every component of an answer."""
    if isinstance(tree, list):
        for one in tree:
            yield from _all(one)
    elif isinstance(tree, dict):
        if "props" in tree:
            yield tree
        for one in tree.values():
            yield from _all(one)
