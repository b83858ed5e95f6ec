"""The contract as a page to read: operations, schemas, and every error under its own anchor."""

import base64
import hashlib
import inspect
import json
from collections.abc import Mapping
from functools import cache
from html import escape
from typing import Any

from fastapi.responses import HTMLResponse, Response

from ..errors import Refusal, every_refusal
from .contract import document, resolve

_STYLE = """
:root { color-scheme: light dark; background: Canvas; color: CanvasText; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #8886; }
h3 { margin: 1.5rem 0 .25rem; }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .75rem; background: #8881; border-radius: .375rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; }
:target { background: #fd04; }
form { margin: 1.5rem 0; }
button { font: inherit; font-weight: 600; padding: .625rem 1.25rem; cursor: pointer;
  border: 0; border-radius: .375rem; background: #1d4ed8; color: #fff; }
.narrow { max-width: 40rem; margin: 0 auto; overflow-wrap: anywhere; }
.words { white-space: pre-wrap; }
.deeper { padding-left: 1.25rem; }
dt { font-weight: 600; margin-top: .5rem; }
dd { margin: 0; }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_CSP = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{_HASH}'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_CONTENTS = """<p>As a document: <a href="/api/openapi.yaml">YAML</a>,
<a href="/api/openapi.json">JSON</a>. Here: <a href="#operations">operations</a>,
<a href="#errors">errors</a>, <a href="#schemas">schemas</a>.</p>"""
# Made by the SDK itself, whose `docs_url` points here; a test holds the two together.
_OF_THE_SDK = {
    "API_KEY_INVALID": "The key has characters that no header can carry. Look for a line break.",
    "CALLBACK_URL_MISSING": "The Temporal worker doesn't know where webhooks are received. Set "
    "`AWAITHUMANS_CALLBACK_URL` on it, or pass `callback_url`.",
    "CONFIGURATION_INVALID": "The address, the key or the discovery file can't be used as it is.",
    "DISCOVERY_FILE_INVALID": "`~/.awaithumans-dev.json` can't be read. Delete it, or run "
    "`awaithumans dev` again.",
    "PAYLOAD_KEY_INVALID": "The receiver of webhooks has no key to check them with, or it is not "
    "32 bytes in URL-safe base64. Set `AWAITHUMANS_PAYLOAD_KEY` to the server's value.",
    "POLL_FAILED": "The server refused the long poll. The message says why.",
    "REQUEST_FAILED": "The server refused the request. The message says why.",
    "SCHEMA_VALIDATION_FAILED": "The answer satisfies the schema that was sent, but not the "
    "pydantic model: a validator of the model refuses it.",
    "SERVER_UNREACHABLE": "There is no server at the address, or no way to it. Start it, or set "
    "`AWAITHUMANS_URL`.",
    "SERVER_URL_INVALID": "The address is not an http or https address.",
    "TASK_CANCELLED": "An agent or an operator cancelled the task.",
    "TASK_CREATE_FAILED": "The server refused the task, or the call's arguments are wrong.",
    "TASK_TIMEOUT": "Nobody answered within `timeout_seconds`.",
    "VERIFICATION_EXHAUSTED": "The verifier refused every attempt.",
    "VERIFIER_INVALID": "The verifier has no instructions, too many attempts, or an `api_key_env` "
    "that is no name of a variable. The message says which.",
}
_METHODS = ("get", "post", "put", "patch", "delete")


def html(
    title: str, body: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a page with the house's style, and a policy that lets nothing else run."""
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{body}</body></html>"
    )
    return HTMLResponse(page, status, {"content-security-policy": _CSP, **(headers or {})})


@cache
def page() -> Response:
    """Return the page of the contract."""
    spec = document()
    info = spec["info"]
    parts = [
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>",
        _paragraphs(info["description"]),
        _CONTENTS,
        '<h2 id="operations">Operations</h2>',
        *(_operation(path, method) for path in spec["paths"] for method in _of(path)),
        '<h2 id="errors">Errors</h2>',
        *(_error(kind) for kind in every_refusal()),
        '<h2 id="sdk-errors">Errors of the Python SDK</h2>',
        *(_sdk_error(code, text) for code, text in _OF_THE_SDK.items()),
        '<h2 id="schemas">Schemas</h2>',
        *(_schema(name, node) for name, node in spec["components"]["schemas"].items()),
    ]
    return html(f"{info['title']} interface", "\n".join(parts))


def _of(path: str) -> list[str]:
    return [method for method in _METHODS if method in document()["paths"][path]]


def _operation(path: str, method: str) -> str:
    item = document()["paths"][path]
    operation: dict[str, Any] = item[method]
    parameters = [
        resolve(document(), p) for p in item.get("parameters", []) + operation.get("parameters", [])
    ]
    rows = [
        f"<tr><td><code>{escape(p['name'])}</code></td><td>{escape(p['in'])}</td>"
        f"<td>{escape(p.get('description', ''))}</td></tr>"
        for p in parameters
    ]
    answers = [_answer(status, node) for status, node in operation["responses"].items()]
    return "\n".join(
        [
            f'<h3 id="{escape(operation["operationId"])}">',
            f"<code>{method.upper()} {escape(path)}</code></h3>",
            f"<p>{escape(operation['summary'])}.</p>",
            _paragraphs(operation.get("description", "")),
            f"<p>Who may: {escape(', '.join(operation['x-access']))}.</p>",
            f"<table>{''.join(rows)}</table>" if rows else "",
            _request(operation),
            f"<table>{''.join(answers)}</table>",
        ]
    )


def _request(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return ""
    examples: dict[str, Any] = content.get("examples", {})
    example = next((resolve(document(), node)["value"] for node in examples.values()), None)
    name = content["schema"]["$ref"].rpartition("/")[2]
    text = "" if example is None else f"<pre>{escape(json.dumps(example, indent=2))}</pre>"
    return f'<p>Body: <a href="#schema-{name}">{name}</a></p>{text}'


def _answer(status: str, node: Any) -> str:
    response = resolve(document(), node)
    codes = "".join(
        f' <a href="#{escape(code)}"><code>{escape(code)}</code></a>'
        for media in response.get("content", {}).values()
        for code in media.get("examples", {})
    )
    return f"<tr><td>{escape(status)}</td><td>{escape(response['description'])}{codes}</td></tr>"


def _error(kind: type[Refusal]) -> str:
    return (
        f'<h3 id="{kind.code}"><code>{kind.code}</code> ({kind.status})</h3>'
        f"{_paragraphs(inspect.getdoc(kind) or '')}"
    )


def _sdk_error(code: str, text: str) -> str:
    return f'<h3 id="{code}"><code>{code}</code></h3>{_paragraphs(text)}'


def _schema(name: str, node: dict[str, Any]) -> str:
    text = json.dumps(node, indent=2, ensure_ascii=False)
    return f'<h3 id="schema-{escape(name)}">{escape(name)}</h3><pre>{escape(text)}</pre>'


def _paragraphs(text: str) -> str:
    parts = [part.strip() for part in text.split("\n\n") if part.strip()]
    return "".join(f"<p>{_code(escape(part))}</p>" for part in parts)


def _code(text: str) -> str:
    """Set what stands between backticks as code."""
    return "".join(
        f"<code>{part}</code>" if odd % 2 else part for odd, part in enumerate(text.split("`"))
    )
