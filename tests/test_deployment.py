"""What runs the bot elsewhere agrees with it: Dockerfile, compose.yml, the systemd unit, litestream.yml."""

import re
import shlex
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.cli import EPILOG, _parser
from bot.settings import DATABASE, read_settings

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SECRET = re.compile(r"xox[a-z]-|xapp-|TOKEN|SECRET|_KEY")
HEALTH = ["http.client", "'127.0.0.1'", "CE_BOT_METRICS_PORT", "'/healthz'", "status != 200"]


def instructions(text: str = DOCKERFILE) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile, each with what it is given, on one line."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", lines)
    return [(name, given) for name, given in re.findall(r"(?m)^([A-Z]+) (.+)$", joined)]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = []
    for name, given in instructions():
        if name == "FROM":
            found.append([])
        if found:
            found[-1].append((name, given))
    return found


def given(name: str) -> str:
    """What the last stage gives an instruction that it has once."""
    (found,) = [given for instruction, given in stages()[-1] if instruction == name]
    return found


@pytest.fixture(scope="module")
def service() -> dict[str, Any]:
    compose = YAML(typ="safe").load(ROOT / "compose.yml")
    assert set(compose) == {"services", "volumes"}
    return compose["services"]["ce-bot"]


def test_hadolint_finds_nothing_in_the_dockerfile():
    done = subprocess.run(
        [Path(sys.executable).parent / "hadolint", "--no-color", ROOT / "Dockerfile"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_what_is_copied_into_the_image_is_what_the_wheel_is_made_of():
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert allowed == {"LICENSE", "README.md", "bot", "constraints.txt", "faq", "pyproject.toml", "rules"}
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*", "all but these is left out"
    assert all((ROOT / name).exists() for name in allowed)
    copied = [given.split()[:-1] for stage in stages() for name, given in stage if name == "COPY"]
    assert copied == [["pyproject.toml", "constraints.txt"], ["."], ["--from=built", "/opt/ce-bot"]]


def test_the_image_has_no_secrets_and_pins_what_it_installs():
    for name, arguments in instructions():
        if name in ("ENV", "ARG", "LABEL"):
            assert not SECRET.search(arguments.replace("CE_BOT_METRICS_PORT", "")), arguments
    bases = [given.split()[0] for stage in stages() for name, given in stage if name == "FROM"]
    assert set(bases) == {"python:${PYTHON}"}
    assert re.search(r"(?m)^ARG PYTHON=3\.\d+-slim-\w+$", DOCKERFILE)
    installs = [given for name, given in stages()[0] if name == "RUN" and " install " in given]
    assert all("--constraint constraints.txt" in each or "--no-deps" in each for each in installs)
    assert "[dev]" not in DOCKERFILE


def test_the_image_runs_the_bot_as_nobody_in_particular_with_its_data_in_a_volume():
    assert given("USER") == "10001:10001"
    assert f"{given('ENTRYPOINT')} {given('CMD')}" == '["ce-bot"] ["run"]'
    assert given("VOLUME") == '["/data"]'
    environment = dict(each.split("=", 1) for each in shlex.split(given("ENV")))
    assert environment["CE_BOT_DB"].startswith("/data/")
    assert environment["PATH"].startswith("/opt/ce-bot/bin:")
    assert all(part in given("HEALTHCHECK") for part in HEALTH)
    assert "curl" not in DOCKERFILE


def test_the_container_may_write_to_its_data_and_its_tmp_alone(service):
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] == given("USER")
    (tmp,) = service["tmpfs"]
    assert tmp.startswith("/tmp:")
    assert service["volumes"] == ["data:/data"]
    assert service["ports"] == ["127.0.0.1:3000:3000"], "TLS is somebody else's, on this machine"
    assert service["restart"] == "unless-stopped"
    assert not any(SECRET.search(name) for name in service["environment"])


def test_compose_sets_and_asks_what_the_image_does(service):
    of_image = dict(each.split("=", 1) for each in shlex.split(given("ENV")))
    for name, value in service["environment"].items():
        assert of_image.get(name, "3000") == value, name
    assert all(part in service["healthcheck"]["test"][-1] for part in HEALTH)
    (shown,) = re.findall(r'CMD (\["python".*\])$', given("HEALTHCHECK"))
    assert " ".join(shown.split()) == " ".join(
        str(["CMD", *service["healthcheck"]["test"][1:]][1:]).split()
    ).replace("'python'", '"python"').replace("'-c'", '"-c"')


def test_the_health_check_says_no_where_nothing_answers_and_yes_where_the_bot_does(service, tmp_path):
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/healthz" and is_well else 503)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    check = [sys.executable, *service["healthcheck"]["test"][2:]]

    def asked(port: int) -> int:
        environment = {"CE_BOT_METRICS_PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
        return subprocess.run(check, env=environment, check=False, capture_output=True).returncode

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        is_well = True
        assert asked(server.server_port) == 0
        is_well = False
        assert asked(server.server_port) == 1
        server.shutdown()
    assert asked(server.server_port) == 1


# systemd


@pytest.fixture(scope="module")
def unit() -> RawConfigParser:
    found = RawConfigParser(strict=False, comment_prefixes=("#",), interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(ROOT / "docs/ce-bot.service", encoding="utf-8")
    return found


def test_the_unit_starts_what_there_is(unit):
    program, *arguments = shlex.split(unit["Service"]["ExecStart"])
    assert program.endswith("/bin/ce-bot")
    options = _parser().parse_args(arguments)
    state = f"/var/lib/{unit['Service']['StateDirectory']}/"
    assert options.db == f"{state}{Path(DATABASE).name}"
    assert unit["Service"]["WorkingDirectory"] == state.rstrip("/")


def test_the_unit_keeps_the_bot_running_and_shut_in(unit):
    service = unit["Service"]
    assert service["User"] not in ("", "root")
    assert service["Restart"] == "on-failure"
    assert int(service["TimeoutStopSec"]) >= 10, "what is in flight is finished"
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "RestrictSUIDSGID"):
        assert service[name] == "yes", name
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["UMask"] == "0077"
    text = (ROOT / "docs/ce-bot.service").read_text()
    assert "SystemCallFilter=@system-service" in text


def test_litestream_copies_the_database_the_unit_uses(unit):
    found = YAML(typ="safe").load(ROOT / "docs/litestream.yml")
    (database,) = found["dbs"]
    assert database["path"] == _parser().parse_args(shlex.split(unit["Service"]["ExecStart"])[1:]).db


# .env.example


def test_the_example_of_settings_names_each_setting_and_is_a_setting_itself():
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"(?m)^#? ?([A-Z][A-Z_]+)=", text))
    in_help = set(re.findall(r"\b((?:SLACK|CE_BOT)_[A-Z_]+)", EPILOG)) - {"CE_BOT_DB"}
    assert named - {"CE_BOT_DB"} == in_help
    uncommented = dict(re.findall(r"(?m)^([A-Z_]+)=(.*)$", text))
    found = read_settings(uncommented)
    assert found.slack
    assert found.slack.app_token
