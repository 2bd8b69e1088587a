"""Makes build/zoo/python: an environment with the packages of requirements.txt. Does nothing when it is there already."""

import hashlib
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "build" / "zoo" / "python"
REQUIREMENTS = HERE / "requirements.txt"
# starlette asks for it
OLDEST = (3, 10)


def main() -> None:
    if sys.version_info < OLDEST:
        sys.exit(f"Python is {sys.version.split()[0]}; expected {'.'.join(map(str, OLDEST))} or newer")
    stamp = TARGET / "installed"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(TARGET, ignore_errors=True)
    run("no environment could be made: on Debian, apt-get install python3-venv", "-m", "venv", str(TARGET), python=sys.executable)
    pip = ("-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--only-binary", ":all:", "--require-hashes")
    run("packages could not be installed", *pip, "-r", str(REQUIREMENTS), python=str(TARGET / "bin" / "python"))
    stamp.write_text(wanted)


def run(why: str, *args: str, python: str) -> None:
    if subprocess.run((python, *args), check=False).returncode != 0:
        shutil.rmtree(TARGET, ignore_errors=True)
        sys.exit(why)


main()
