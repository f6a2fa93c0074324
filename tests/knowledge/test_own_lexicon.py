"""What is one document's lives in its folder; what is true of any document lives in lexicon/, in parts."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from knowledge import ROOT, compiled
from knowledge.base.load import examine, load_base
from knowledge.files.yamlparts import part_paths, read_parts
from knowledge.learned.examples import examples

POLICY = "wuhan-development-zones"
OWN = ROOT / "policies" / POLICY / "lexicon"
DOCUMENTS = ROOT.parent / "tests" / "documents"
LONGEST = 1000
"""Lines of a YAML file that somebody can still look through."""


def local_names() -> list[str]:
    """What the place is called, from the folder of its document."""
    return [str(n) for n in yaml.safe_load((OWN / "places.yaml").read_text(encoding="utf-8"))["names"]]


def general_files() -> list[Path]:
    """What holds for any document: the shared lexicon, the replies, the code."""
    code = ROOT.parent
    out = [p for p in (ROOT / "lexicon").rglob("*") if p.suffix in (".yaml", ".txt")]
    out += [*(code / "bot" / "replies").rglob("*.yaml"), code / "bot" / "cli" / "new-base.md"]
    out += [p for room in ("bot", "knowledge") for p in (code / room).rglob("*.py")]
    return [p for p in out if p.is_file()]


def test_nothing_general_names_the_place_of_a_document() -> None:
    names = re.compile("|".join(map(re.escape, local_names())), re.I)
    files = general_files()
    assert len(files) > 200  # else this looks at nothing
    found = [
        f"{path.relative_to(ROOT.parent)}:{number}: {match.group()}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (match := names.search(re.sub(POLICY, "", line)))
    ]
    assert found == []


def test_no_file_of_the_knowledge_is_too_long_to_be_looked_through() -> None:
    files = [*(ROOT / "lexicon").rglob("*.yaml"), *(ROOT / "policies").rglob("*.yaml")]
    assert len(files) > 40
    long = {p.name: n for p in files if (n := len(p.read_text(encoding="utf-8").splitlines())) > LONGEST}
    assert long == {}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    root = tmp_path / "base"
    for name in ("policies", "lexicon"):
        shutil.copytree(ROOT / name, root / name)
    return root


def test_a_list_in_one_file_is_as_good_as_in_parts(base: Path) -> None:
    for folder in (*(base / "lexicon").iterdir(), base / "policies" / POLICY / "phrasings"):
        if folder.is_dir():
            data = read_parts(folder.parent, folder.name).data
            shutil.rmtree(folder)
            text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000)
            folder.with_name(f"{folder.name}.yaml").write_text(text, encoding="utf-8")
            assert part_paths(folder.parent, folder.name) == [folder.with_name(f"{folder.name}.yaml")]
    assert load_base(base) == load_base(ROOT)


def test_a_fault_in_a_part_names_the_part_and_its_line(base: Path) -> None:
    path = base / "lexicon" / "not_covered" / "tax-and-fees.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("    name: "))
    lines[at] = "    nam: 税"
    path.write_text("\n".join(lines), encoding="utf-8")
    faults = [f for f in examine(base)[1] if f.file.endswith("tax-and-fees.yaml")]
    assert at + 1 in {f.line for f in faults}
    assert any("不认识的字段" in f.message for f in faults)


def test_the_same_value_in_two_parts_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / "one.yaml").write_text("a: {b: 1}\nrest: [x]\n", encoding="utf-8")
    (tmp_path / "list" / "two.yaml").write_text("rest: [y]\na: {b: 2}\n", encoding="utf-8")
    file = read_parts(tmp_path, "list")
    assert file.data is None
    assert [(f.file.rpartition("/")[2], f.line, f.place) for f in file.faults] == [("two.yaml", 2, "a.b")]
    (tmp_path / "list" / "two.yaml").write_text("rest: [y]\n", encoding="utf-8")
    file = read_parts(tmp_path, "list")
    assert file.data == {"a": {"b": 1}, "rest": ["x", "y"]}
    part, loc = file.origin(("rest", 1))
    assert (part.path.name, loc) == ("two.yaml", ("rest", 0))


def test_without_the_document_its_words_are_gone(base: Path) -> None:
    """What stays still knows how people ask about any document, and no fault is left behind."""
    shutil.rmtree(base / "policies" / POLICY)
    shutil.copytree(DOCUMENTS / "songzhou-parks", base / "policies" / "songzhou-parks")
    found, faults = examine(base)
    assert faults == []
    assert found is not None
    names = re.compile("|".join(map(re.escape, local_names())), re.I)
    assert not names.search(found.lexicon.model_dump_json())
    targets = {example.target for example in examples(found)}
    assert {"info:validity", "info:issuer", "chat:greeting", "near", "far"} <= targets


def test_a_lexicon_in_the_old_form_says_how_to_convert_it(base: Path) -> None:
    path = base / "lexicon" / "not_covered" / "finance.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("    phrasings:", "    nearest: ['1.5']\n    phrasings:"), encoding="utf-8")
    told = [f.message for f in examine(base)[1]]
    assert len(told) == 1, "one fault, however many topics"
    assert "policies/<编号>/lexicon/not_covered.yaml" in told[0]


def test_a_lexicon_without_the_words_of_talk_uses_the_projects(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load_base(base).lexicon
    (base / "lexicon" / "talk.yaml").unlink()
    assert load_base(base).lexicon == whole
    before = compiled.fingerprint(base)
    common = base / "project"
    shutil.copytree(ROOT / "lexicon", common / "lexicon")
    (common / "lexicon" / "talk.yaml").write_text("{}", encoding="utf-8")
    monkeypatch.setattr("knowledge.compiled.cache.ROOT", common)
    monkeypatch.setattr("knowledge.base.lexicon_files.ROOT", common)
    assert compiled.fingerprint(base) != before
    assert {Path(fault.file).name for fault in examine(base)[1]} == {"talk.yaml"}


def test_what_only_a_document_calls_another_places_policy_goes_with_it(base: Path) -> None:
    own = base / "policies" / POLICY / "lexicon" / "variants.yaml"
    words = set(yaml.safe_load(own.read_text(encoding="utf-8"))["whose"])
    assert words <= set(load_base(base).lexicon.variants.whose)
    own.unlink()
    assert not words & set(load_base(base).lexicon.variants.whose)


def test_a_base_without_a_lexicon_is_compiled_anew_when_the_projects_lexicon_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(DOCUMENTS / "songzhou-parks", tmp_path / "policies" / "songzhou-parks")
    common = tmp_path / "project"
    shutil.copytree(ROOT / "lexicon", common / "lexicon")
    monkeypatch.setattr("knowledge.compiled.cache.ROOT", common)
    before = compiled.fingerprint(tmp_path)
    (common / "lexicon" / "units.yaml").write_text("units: []\n", encoding="utf-8")
    assert compiled.fingerprint(tmp_path) != before
