"""The house keeps its rules: layers, names, documentation, packaging."""

import ast
import importlib
import importlib.metadata
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from sqlalchemy import Enum

from dashboard.cli.app import wanted, whole
from db.importers import IMPORTERS
from db.schema import Base

ROOT = Path(__file__).parents[1]
FLOORS = ("dashboard", "db", "models")
STREAMLIT_HOMES = {
    "portrait.py",
    "briefs.py",
    "consenting.py",
    "narrowing.py",
    "releasing.py",
    "telling.py",
    "stepping.py",
    "choosing.py",
    "handing.py",
    "own.py",
    "planning.py",
    "promotion.py",
    "readership.py",
    "sourcing.py",
    "editor.py",
    "remembered.py",
    "unclear.py",
    "uploading.py",
    "intake.py",
    "keeping.py",
    "twins.py",
    "doubtful.py",
    "overlooking.py",
    "model_cards.py",
    "desk.py",
    "picking.py",
    "seeking.py",
    "settling.py",
    "exhibits.py",
    "app.py",
    "data.py",
    "components.py",
    "frame.py",
    "waiting.py",
    "calm.py",
    "asgi.py",
    "access.py",
    "welcome.py",
    "speech.py",
    "lite.py",
}
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def sources(*folders: str) -> Iterator[Path]:
    """The Python files of some folders."""
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """The names of all modules that a file imports, with their lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno


def tracked() -> list[Path]:
    """The files of the repository, or of the folder where it is no repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [path for floor in (*FLOORS, "tests") for path in (ROOT / floor).rglob("*") if path.is_file()]


def test_the_floors_keep_their_direction() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_streamlit_stays_where_pages_are_drawn() -> None:
    for path in sources(*FLOORS):
        inside = path.relative_to(ROOT / "dashboard") if path.is_relative_to(ROOT / "dashboard") else None
        allowed = inside and (inside.parts[0] == "app_pages" or str(inside) in STREAMLIT_HOMES)
        used = [line for name, line in imported(path) if name.split(".")[0] == "streamlit"]
        assert allowed or not used, f"{path.relative_to(ROOT)} imports streamlit in line {used}"


def test_no_field_for_a_day_ends_ten_years_back() -> None:
    """Streamlit offers ten years either side of today unless it is told otherwise; a record goes further back."""
    for path in sources("dashboard"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("date_input"):
                given = {word.arg for word in node.keywords}
                assert "min_value" in given or None in given, f"{path}:{node.lineno}"


def test_nothing_in_the_dashboard_folder_shadows_another_module() -> None:
    """Streamlit puts dashboard/ first on the path: a dashboard/db.py would replace the record."""
    known = {*FLOORS, *sys.stdlib_module_names, *importlib.metadata.packages_distributions()}
    here = {path.stem for path in (ROOT / "dashboard").iterdir() if path.suffix == ".py" or path.is_dir()}
    assert here & known <= {"__init__"}


def test_every_test_folder_is_a_package() -> None:
    for folder in {path.parent for path in (ROOT / "tests").rglob("*.py")}:
        assert (folder / "__init__.py").exists(), folder


def commands(command: object = None, name: str = "tocsin") -> Iterator[tuple[str, str]]:
    """Every command with its help."""
    command = command or typer.main.get_command(whole())
    inner = getattr(command, "commands", {})
    if not inner or getattr(command, "invoke_without_command", False) and name != "tocsin":
        yield name, command.help or ""  # type: ignore[attr-defined]
    for part, one in inner.items():
        yield from commands(one, f"{name} {part}")


COMMANDS = dict(commands())


@pytest.mark.parametrize("given", [["brief"], ["--db", "x", "brief", "x"], ["--db=x", "brief"]])
def test_a_command_is_built_without_the_others(given: list[str]) -> None:
    assert list(typer.main.get_command(wanted(given)).commands) == ["brief"]  # type: ignore[attr-defined]
    assert wanted(["--help"]) is wanted(["brif"]) is whole()


def test_all_commands_are_found() -> None:
    wanted = {
        "init",
        "train",
        "backtest",
        "score",
        "daily",
        "scores",
        "alerts",
        "serve",
        "demo",
        "exercise",
        "doctor",
    }
    assert {f"tocsin {name}" for name in wanted} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_an_example_and_a_line_in_the_readme(command: str) -> None:
    sentence, _, example = COMMANDS[command].partition("Example:")
    assert sentence.strip().endswith("."), command
    assert example.strip().startswith(command), command
    assert re.search(rf"^\| `{re.escape(command)}[ `]", README, re.MULTILINE), command


def test_the_readme_names_no_command_that_is_not_there() -> None:
    for named in re.findall(r"^\| `(tocsin(?: [a-z]+(?:-[a-z]+)*)+)", README, re.MULTILINE):
        assert named.strip() in COMMANDS


def test_every_importer_and_feature_is_documented() -> None:
    from models.features import FEATURES

    for importer in IMPORTERS.values():
        assert importer.summary
        assert importer.licence
        assert importer.parse.__doc__
    for feature in FEATURES:
        assert feature.doc.strip()


def test_everything_public_says_what_it_is() -> None:
    for path in sources(*FLOORS):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if "versions" not in path.parts and path.read_text(encoding="utf-8").strip():
            assert ast.get_docstring(tree) or path.name == "__init__.py", path
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                named = f"{path.relative_to(ROOT)}: {node.name}"
                assert ast.get_docstring(node) or "migrations" in path.parts, named


def test_contributing_names_files_and_registries_that_exist() -> None:
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \| ([^|]+) \|$", CONTRIBUTING, re.MULTILINE)[1:]
    assert len(rows) >= 8
    for create, touch in rows[1:]:
        paths = re.findall(r"`([\w./]+[./][\w./]*)`", create + touch)
        for path in paths:
            assert (ROOT / path).exists(), path
        for name, path in re.findall(r"`(\w+)` in `([\w./]+)`", touch):
            assert re.search(rf"^{name}\b.*=", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), name


def test_enumerations_have_a_fixed_width() -> None:
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, Enum):
                assert column.type.length == 32, f"{table.name}.{column.name}"


def test_only_the_entries_read_the_clock() -> None:
    """Commands and pages hand the time on; all else would make a replay lie."""
    clock = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")
    for path in sources(*FLOORS):
        if path != ROOT / "db" / "clock.py":
            assert not clock.search(path.read_text(encoding="utf-8")), path
    for path in sources("db", "models", "dashboard/alerts"):
        if path != ROOT / "db" / "clock.py":
            assert "clock.now(" not in path.read_text(encoding="utf-8"), path


def test_no_file_holds_a_path_of_a_machine_or_an_index() -> None:
    words = ["/" + "home/", "/" + "root/", "/" + "work/", "/" + "tmp/", "/" + "opt/", "C:" + "\\Users"]
    words += ["index" + "-url", "find" + "-links", "files." + "pythonhosted"]
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for word in words:
            assert word not in text, f"{path.relative_to(ROOT)} holds {word}"


def test_the_pins_are_names_and_versions_only() -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    for pin in pins:
        assert re.fullmatch(r"#.*|[\w.-]+==[\w.]+", pin), pin
    pinned = {re.split("==", pin)[0].lower().replace("_", "-") for pin in pins}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for need in re.findall(r'^    "([\w-]+)', project, re.MULTILINE):
        assert need.lower() in pinned, f"{need} is not in constraints.txt"


def test_the_wheel_holds_all_that_the_program_reads(tmp_path: Path) -> None:
    """hatchling obeys .gitignore: one careless pattern would drop the region packs."""
    pytest.importorskip("hatchling")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    wanted = {str(path.relative_to(ROOT)) for path in tracked() if path.relative_to(ROOT).parts[0] in FLOORS}
    assert {"db/regions/syria/places.csv", "dashboard/static/tocsin.css"} <= wanted
    assert wanted <= inside, sorted(wanted - inside)
