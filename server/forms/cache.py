"""Keeps compiled schemas, for the same few come again with every task."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from .reading import canonical
from .validation import Schema, compiled


class SchemaCache:
    """Compiled schemas by their content, the least recently used dropped first.

    Safe to use from several threads.

    Args:
        most: How many schemas to keep.
        most_bytes: How many bytes of schema to keep; compiled they take several times as much.
    """

    def __init__(self, most: int = 256, most_bytes: int = 4 << 20) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[bytes, bool], Schema] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, document: Mapping[str, Any], *, assert_formats: bool) -> Schema:
        """Give `document` compiled.

        Args:
            document: A JSON Schema.
            assert_formats: As for `compile_schema`.

        Raises:
            SchemaError: As `compile_schema` does; a refusal is not kept.
        """
        text = canonical(document)
        key = hashlib.sha256(text).digest(), assert_formats
        with self._lock:
            schema = self._kept.get(key)
            if schema is not None:
                self._kept.move_to_end(key)
                return schema
        schema = compiled(document, text, assert_formats=assert_formats)
        with self._lock:
            self._keep(key, schema)
        return schema

    def _keep(self, key: tuple[bytes, bool], schema: Schema) -> None:
        if self._kept.setdefault(key, schema) is schema:
            self._bytes += schema.size
        while len(self._kept) > self._most or self._bytes > self._most_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= dropped.size
