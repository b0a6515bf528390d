"""Examples for programs that play with the engine by OSC: files, ports and addresses."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from impsy_tui.config import Osc, load_config
from impsy_tui.paths import shipped_folder

CONFIGS = shipped_folder("configs")
PARTNERS = {"max/answer.maxpat": "osc", "supercollider/answer.scd": "osc", "sonic-pi/answer.rb": "sonic-pi"}
SONIC_PI_PORT = 4560
"""Port of Sonic Pi. It cannot be changed, so the script does not name it."""


def _osc(name: str) -> Osc:
    return load_config(CONFIGS / f"{name}.toml").config.osc[0]


@pytest.mark.parametrize(("file", "config"), PARTNERS.items(), ids=PARTNERS)
def test_partner_names_ports_and_addresses_of_its_configuration(file: str, config: str) -> None:
    text = (CONFIGS / file).read_text(encoding="utf-8")
    osc = _osc(config)
    words = re.findall(r"[\w/*.]+", text)
    assert str(osc.server_port) in words
    assert str(osc.client_port) in words or osc.client_port == SONIC_PI_PORT
    assert osc.input_address in words
    assert any(word.removeprefix("/osc*") in osc.output_address for word in words)


def test_max_patch_connects_boxes_that_are_there() -> None:
    patcher = json.loads((CONFIGS / "max" / "answer.maxpat").read_text(encoding="utf-8"))["patcher"]
    boxes = {each["box"]["id"]: each["box"] for each in patcher["boxes"]}
    assert len(patcher["lines"]) >= 5
    for line in (each["patchline"] for each in patcher["lines"]):
        source, outlet = line["source"]
        destination, inlet = line["destination"]
        assert outlet < boxes[source]["numoutlets"]
        assert inlet < boxes[destination]["numinlets"]
    sliders = [box for box in boxes.values() if box["maxclass"] == "multislider"]
    assert [box["size"] for box in sliders] == [8, 8]


@pytest.mark.parametrize("file", [file for file in PARTNERS if not file.endswith(".maxpat")])
def test_script_closes_what_it_opens(file: str) -> None:
    text = re.sub(r'"[^"\n]*"|//.*|^#.*', "", (CONFIGS / file).read_text(encoding="utf-8"), flags=re.MULTILINE)
    opened = []
    for sign in re.findall(r"[(){}\[\]]", text):
        if sign in "({[":
            opened.append(sign)
        else:
            assert opened, sign
            assert opened.pop() + sign in ("()", "{}", "[]")
    assert opened == []


def test_sonic_pi_buffer_is_ruby(tmp_path: Path) -> None:
    if shutil.which("ruby") is None:
        pytest.skip("ruby is missing: sudo apt-get install ruby")
    done = subprocess.run(
        ["ruby", "-c", CONFIGS / "sonic-pi" / "answer.rb"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
