"""Goal: what users install is complete and says what it is.

Method: build the wheel, unpack it elsewhere, import it from there alone.
"""

import subprocess
import sys
import zipfile

import rundletd

PROJECT = rundletd.ROOT / "clients/python"

# -I: neither the tests nor the sources are on the path.
PROGRAM = """
import importlib.resources, sys
sys.path.insert(0, sys.argv[1])
import rundlet
assert rundlet.__file__.startswith(sys.argv[1]), rundlet.__file__
files = importlib.resources.files('rundlet')
assert (files / 'py.typed').is_file()
assert not [name for name in rundlet.__all__ if not hasattr(rundlet, name)]
rundlet.connect('localhost:1').close()
"""


def test_the_wheel_is_complete(tmp_path):
    wheels = tmp_path / "wheels"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--no-build-isolation",
            f"--wheel-dir={wheels}",
            PROJECT,
        ],
        check=True,
    )
    (wheel,) = wheels.glob("rundlet-*.whl")
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    subprocess.run(
        [sys.executable, "-I", "-c", PROGRAM, unpacked],
        check=True,
    )
