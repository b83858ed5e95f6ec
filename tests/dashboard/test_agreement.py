"""The terminal and the browser ask the same questions: two readers of schemas agree."""

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from awaithumans.server.forms import kinds
from awaithumans.server.forms.fields import fields_of
from awaithumans.server.forms.kinds import Field, Kind, Limits
from tests.unit.forms import models

_SCRIPT = Path(__file__).parents[2] / "scripts" / "dashboard.py"
_DEPTH = 4


def test_both_readers_make_the_same_form_of_every_model(tmp_path: Path):
    found = [
        model
        for _, model in inspect.getmembers(models, inspect.isclass)
        if issubclass(model, BaseModel) and model is not BaseModel
    ]
    forms = [_form(model) for model in found]
    assert len(forms) >= 17
    path = tmp_path / "forms.json"
    path.write_text(json.dumps(forms))
    done = subprocess.run(
        [sys.executable, str(_SCRIPT), "test"],
        env=os.environ | {"AWAITHUMANS_FORMS": str(path), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout


def _form(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    fields = _fields(fields_of(schema), _DEPTH)
    return {"name": model.__name__, "schema": schema, "depth": _DEPTH, "fields": fields}


def _fields(fields: Iterable[Field], depth: int) -> list[dict[str, Any]]:
    return [
        {
            "name": field.name,
            "title": field.title,
            "description": field.description,
            "required": field.required,
            "hasDefault": field.has_default,
            "default": field.default,
            "kind": _kind(field.kind, depth),
        }
        for field in fields
    ]


def _kind(kind: Kind, depth: int) -> dict[str, Any] | None:
    if depth == 0:
        return None
    said = {"is": type(kind).__name__.lower()}
    match kind:
        case kinds.Text(long=long, format=form, pattern=pattern):
            return said | {"long": long, "format": form, "pattern": pattern}
        case kinds.Integer(limits) | kinds.Number(limits) | kinds.Decimal(limits):
            return said | {"limits": _limits(limits)}
        case kinds.Choice(options):
            return said | {"options": [{"value": o.value, "label": o.label} for o in options]}
        case kinds.List(min_items=least, max_items=most):
            return said | {"item": _kind(kind.item, depth - 1), "least": least, "most": most}
        case kinds.Record(title):
            return said | {"title": title, "fields": _fields(kind.fields(), depth - 1)}
        case kinds.Mapping():
            name, value = _kind(kind.name, depth - 1), _kind(kind.value, depth - 1)
            return said | {"name": name, "value": value}
        case kinds.Union(options):
            return said | {
                "options": [
                    {"label": o.label, "tag": o.tag, "kind": _kind(o.kind, depth - 1)}
                    for o in options
                ]
            }
        case kinds.Optional(inner):
            return said | {"kind": _kind(inner, depth)}
        case _:
            return said


def _limits(limits: Limits) -> list[float | None]:
    each = (limits.at_least, limits.more_than, limits.at_most, limits.less_than)
    return [*each, limits.multiple_of]
