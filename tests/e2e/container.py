"""Does what the Dockerfile says where nothing can pull its base image, and runs the result shut in.

This machine's own system takes the base image's place. What the first stage runs is run, in /opt/ce-bot and
/source of a root of its own; then the bot is started as the image starts it, beside the local Slack: its root
read-only, with a /tmp and a /data, as user 10001 without capabilities.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from e2e.local_slack import ANNA, BOT, SIGNING_SECRET, STOPS_WITHIN, LocalSlack, listens, started, until  # noqa: E402

# The image's own places; all else of the root is this machine's.
OPT, SOURCE, DATA = "opt/ce-bot", "source", "data"
OURS = (OPT, SOURCE, DATA)
USER = "10001"
BASE_PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
TMP = "size=64m,mode=1777,noexec,nosuid,nodev"
BUILD_MOST_S, TRY_MOST_S = 400, 120
KEPT_FLAGS = ("nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime")


def main() -> int:
    """Build and try; 0 where all of it works."""
    _run([str(ROOT / "tests/e2e/fetch")])
    with tempfile.TemporaryDirectory(prefix="ce-bot-image-", ignore_cleanup_errors=True) as folder:
        build(Path(folder))
        alone = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        again = [sys.executable, __file__, "--try", folder]
        up = ["sh", "-c", 'ip link set lo up && exec "$@"', "-", *again]
        subprocess.run([*alone, *_as_root(), *up], check=True, timeout=TRY_MOST_S)
    sys.stdout.write("The image builds and runs, as far as that can be seen without its base.\n")
    return 0


def _as_root() -> list[str]:
    return [] if os.geteuid() == 0 else ["--map-root-user"]


def instructions() -> list[tuple[str, str]]:
    """What the Dockerfile says, each instruction on one line."""
    text = re.sub(r"(?m)^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    return re.findall(r"(?m)^([A-Z]+) (.+)$", re.sub(r"\\\n\s*", " ", text))


def build(folder: Path) -> None:
    """What the first stage does; of the second, what it copies is in place already."""
    for place in OURS:
        (folder / place).mkdir(parents=True)
    stage = 0
    for name, given in instructions():
        stage += name == "FROM"
        if stage == 1 and name == "RUN":
            sys.stdout.write(f"RUN {given[:90]}\n")
            sys.stdout.flush()
            command = [sys.executable, __file__, "--enter", str(folder), "", "sh", "-c", given]
            _run(["unshare", "--mount", *_as_root(), *command], timeout=BUILD_MOST_S)
        elif stage == 1 and name == "COPY":
            sys.stdout.write(f"COPY {given}\n")
            *sources, _ = given.split()
            _copy(sources, folder / SOURCE)
        elif name not in ("ARG", "FROM", "LABEL", "ENV", "EXPOSE", "STOPSIGNAL"):
            sys.stdout.write(f"not here: {name} {given[:60]}\n")


def _run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run it, and say what it said if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def _copy(sources: list[str], target: Path) -> None:
    """What .dockerignore lets through of what is named."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = [line[1:] for line in lines if line.startswith("!")]
    for name in allowed if sources == ["."] else sources:
        assert name in allowed, f".dockerignore leaves {name} out"
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
            )
        else:
            shutil.copy(ROOT / name, target)


# Inside


def enter(folder: Path, shut_in: bool, command: list[str]) -> None:
    """Become `command` in a root of its own, in the mount namespace this process has to itself."""
    root = folder / "root"
    root.mkdir(exist_ok=True)
    _mount("--make-rprivate", "/")
    _mount("-t", "tmpfs", "tmpfs", str(root))
    for entry in Path("/").iterdir():
        if entry.is_symlink():
            (root / entry.name).symlink_to(entry.readlink())
        elif entry.is_dir() and entry.name not in ("tmp", "opt", *OURS):
            _bind(entry, root / entry.name)
    for entry in Path("/opt").iterdir():
        if entry.is_dir() and entry.name != "ce-bot":
            _bind(entry, root / "opt" / entry.name)
    for place in (OPT, DATA) if shut_in else OURS:
        _bind(folder / place, root / place)
    (root / "tmp").mkdir()
    (root / "old").mkdir()
    if shut_in:
        _close(root, but=(root / DATA, root / "proc"))
    _mount("-t", "tmpfs", "-o", TMP if shut_in else "mode=1777", "tmpfs", str(root / "tmp"))
    os.chdir(root)
    subprocess.run(["pivot_root", ".", "old"], check=True)
    os.chdir("/")
    subprocess.run(["umount", "--lazy", "/old"], check=True)
    os.chdir(f"/{DATA if shut_in else SOURCE}")
    if shut_in:
        as_nobody = ["unshare", "--user", f"--map-user={USER}", f"--map-group={USER}"]
        command = [*as_nobody, "setpriv", "--no-new-privs", *command]
    os.execvp(command[0], command)


def _bind(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    _mount("--rbind", str(source), str(target))


def _close(root: Path, *, but: tuple[Path, ...]) -> None:
    """Make all below read-only but these."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split()
        at, flags = Path(fields[4].encode().decode("unicode_escape")), fields[5].split(",")
        if at.is_relative_to(root) and not any(at.is_relative_to(each) for each in but):
            kept = [flag for flag in flags if flag in KEPT_FLAGS]
            _mount("-o", ",".join(["remount", "bind", "ro", *kept]), str(at))


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def try_it(folder: Path) -> int:
    """Start the bot as the image does, ask it what members ask, stop it."""
    given = {
        name: given for name, given in instructions() if name in ("ENV", "ENTRYPOINT", "CMD", "HEALTHCHECK")
    }
    image = dict(each.split("=", 1) for each in shlex.split(given["ENV"]))
    image["PATH"] = image["PATH"].replace("$PATH", BASE_PATH)
    inside = ["unshare", "--mount", sys.executable, __file__, "--enter", str(folder), "shut in"]
    questions = "id -u; grep CapEff /proc/self/status; ! touch /x /opt/ce-bot/x /usr/x"
    asked = _run([*inside, "sh", "-c", questions], env=image)
    assert asked.stdout.split() == [USER, "CapEff:", "0" * 16], asked.stdout
    assert asked.stderr.count("Read-only file system") == 3, asked.stderr

    with LocalSlack("http", folder).running() as slack:
        settings = {
            "SLACK_BOT_TOKEN": "xoxb-local",
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": f"http://127.0.0.1:{slack.port}/api/",
            "CE_BOT_PORT": str(slack.bot_port),
        }
        command = [*inside, *json.loads(given["ENTRYPOINT"]), *json.loads(given["CMD"])]
        log = folder / "bot.log"
        check = [sys.executable, *json.loads(given["HEALTHCHECK"].partition("CMD ")[2])[1:]]
        with started(command, log, env=image | settings) as bot:

            def is_healthy() -> bool:
                assert bot.poll() is None, log.read_text(encoding="utf-8")
                return not subprocess.run(check, env=image, check=False, capture_output=True).returncode

            until("the health check says yes", is_healthy)
            until("the bot listens", lambda: listens(slack.bot_port))
            assert "Noted ACP-620" in slack.command(ANNA, "cert add ACP-620 earned 2026-01-15").text
            assert "0 of 100 CE" in slack.command(ANNA, "status").text
            channel = slack.say(ANNA, "hello", channel=ANNA).channel
            slack.command(ANNA, "timeline")
            until("a picture", lambda: any(each.sent.get("files") for each in slack.messages(channel)))
            assert any(each.sent["user"] == BOT for each in slack.messages(channel))
            bot.terminate()
            assert bot.wait(STOPS_WITHIN) == 0, log.read_text(encoding="utf-8")
    assert "Traceback" not in log.read_text(encoding="utf-8"), log.read_text(encoding="utf-8")
    assert (folder / DATA / "ce-bot.db").stat().st_mode & 0o077 == 0
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--enter"]:
        enter(Path(sys.argv[2]), bool(sys.argv[3]), sys.argv[4:])
    sys.exit(try_it(Path(sys.argv[2])) if sys.argv[1:2] == ["--try"] else main())
