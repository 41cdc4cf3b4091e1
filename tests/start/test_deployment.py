"""The files for production say the same as the program: roles, pins and checks."""

import ast
import re
import sys
from importlib.metadata import packages_distributions

import yaml

from shushanwei import roles
from shushanwei.config import BASE_DIR

COMPOSE = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())["services"]


def test_every_role_has_a_container_of_the_one_image():
    for role in roles.ALL:
        service = COMPOSE[role.__name__]
        assert service["command"] == f"python -m shushanwei.role {role.__name__}"
        assert service["image"] == COMPOSE["web"]["image"]


def test_every_requirement_is_pinned():
    pin = re.compile(r"""[\w.-]+==[\w.]+(; python_version < "3\.13")?""")
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (BASE_DIR / name).read_text().splitlines()
        loose = [line for line in lines if line and not line.startswith(("#", "-r ")) and not pin.fullmatch(line)]
        assert not loose


def test_no_registry_address_is_written_down():
    for name in ("package-lock.json", ".npmrc", "requirements.txt", "requirements-dev.txt", "Makefile", ".ci/node"):
        assert "://" not in re.sub(r'"(url|funding)": "[^"]*"', "", (BASE_DIR / name).read_text()).replace(
            "DATABASE_URL=postgresql://", ""
        ).replace("REDIS_URL=redis://", ""), name


def test_every_imported_library_is_a_requirement():
    listed = {_name(line) for line in (BASE_DIR / "requirements.txt").read_text().splitlines() if "==" in line}
    rooms = ["shushanwei", "grid", "incidents", "dispatch", "worksites", "points", "demo"]
    known = packages_distributions()
    for path in (path for room in rooms for path in (BASE_DIR / room).rglob("*.py")):
        for module in _imported(path) - set(rooms) - sys.stdlib_module_names:
            assert {_name(found) for found in known.get(module, [module])} & listed, f"{module} in {path}"


def _name(words):
    return re.sub(r"[-_.]+", "-", words.split("==")[0]).lower()


def _imported(path):
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name.split(".")[0] for name in plain | named}
