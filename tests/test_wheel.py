"""The wheel, in an empty environment with nothing on PATH but Python: it lists, shows and exports."""

import json
import subprocess
import sys
import zipfile

import pytest

from test_guide import readme_lines

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def wheel(tmp_path_factory, top):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", folder, top], check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.device
def test_the_wheel_holds_the_scripts_and_no_cache_or_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "voice_guide/scripts/routines/soft-landing.yaml" in names
    assert "voice_guide/scripts/points.yaml" in names and "voice_guide/py.typed" in names
    assert not [name for name in names if name.startswith(("tests", "audio_cache", "scripts"))]


@pytest.mark.device
def test_installed_into_an_empty_environment_it_lists_shows_exports_and_runs_the_readme(wheel, tmp_path, top):
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    bin_folder = tmp_path / "venv" / "bin"
    pip = [bin_folder / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel]
    subprocess.run(pip, check=True, capture_output=True)
    env = {"PATH": str(bin_folder), "HOME": str(tmp_path / "home")}

    def run(*words):
        return subprocess.run(
            [bin_folder / "voice-guide", *words], env=env, cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    assert len(json.loads(run("list", "--json"))) == 24
    shown = json.loads(run("show", "muscle truce", "--json"))
    assert shown["voice"].startswith("natural voice")
    assert run("export", "muscle truce").strip() == "muscle-truce.mp3"
    assert (tmp_path / "muscle-truce.mp3").stat().st_size > 100_000
    assert list((tmp_path / "home").rglob("*.wav")), "the cache is the user's when installed"
    python = [bin_folder / "python", "-c", readme_lines(top)]
    subprocess.run(python, env=env, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "soft-landing.mp3").stat().st_size > 1_000_000
