"""`api.database` of TypeScript modules: each transaction is one `run_db_interaction`, whose statements Node sends.

The function of an interaction runs in a thread of Synapse's pool and waits there for the next statement. It commits by
itself, so that Node learns of it also while Synapse's start waits for the modules.
"""

from __future__ import annotations

import base64
import queue
import time
from collections.abc import Callable
from typing import Any

from synapse.module_api import ModuleApi
from twisted.internet.defer import Deferred

from ..shared import releases

MAX_OPEN = 50
MAX_ROWS = 100_000
_NAME = "synapse_media_bridge_module"
# PostgreSQL: serialization failure, deadlock. Another attempt may succeed.
_RETRY_CODES = frozenset(("40001", "40P01"))

CallFromThread = Callable[[Callable[[], None]], None]
Answer = Deferred[Any]


class _Ended(Exception):
    """Ends the function of an interaction, which Synapse then rolls back."""


class Interactions:
    """The transactions of one Node."""

    def __init__(self, api: ModuleApi, call_from_thread: CallFromThread) -> None:
        self._api = api
        self._call_from_thread = call_from_thread
        self._open: dict[int, _Interaction] = {}
        self._last = 0

    def answer(self, params: Any) -> Any:
        """Answers `database`: `do` is `begin`, `execute`, `commit` or `rollback`."""
        if params["do"] == "begin":
            return self._begin(params["deadline_ms"])
        interaction = self._open.get(params["transaction"])
        if interaction is None:
            return _failed("ENDED", "the transaction is over")
        answer: Answer = Deferred()
        interaction.put(params, answer)
        return answer

    def lose(self) -> None:
        """Node is gone: what it had begun is rolled back."""
        for interaction in list(self._open.values()):
            interaction.put({"do": "rollback"}, Deferred())

    def _begin(self, deadline_ms: int) -> Any:
        if len(self._open) >= MAX_OPEN:
            return _failed("UNAVAILABLE", f"{MAX_OPEN} transactions are open")
        self._last += 1
        begun: Answer = Deferred()
        interaction = _Interaction(self._last, time.monotonic() + deadline_ms / 1000, begun, self._call_from_thread)
        self._open[self._last] = interaction

        async def run() -> None:
            try:
                await self._api.run_db_interaction(_NAME, interaction.run)
            except _Ended:
                pass
            except Exception as error:
                interaction.fail(error)
            finally:
                self._open.pop(interaction.number, None)

        releases.run_in_background(self._api, _NAME, run)
        return begun


class _Interaction:
    """One transaction. `run` is called in a thread, everything else in the reactor's."""

    def __init__(self, number: int, end: float, begun: Answer, call_from_thread: CallFromThread) -> None:
        self.number = number
        self._end = end
        self._begun = begun
        self._call_from_thread = call_from_thread
        self._commands: queue.SimpleQueue[tuple[Any, Answer]] = queue.SimpleQueue()
        self._has_run = False
        self._is_broken = False

    def put(self, command: Any, answer: Answer) -> None:
        self._commands.put((command, answer))

    def fail(self, error: Exception) -> None:
        """The interaction could not begin, or ended by itself: whatever waits for it is told."""
        failure = _describe(error, "UNAVAILABLE")
        if not self._begun.called:
            self._begun.callback(failure)
        while not self._commands.empty():
            self._commands.get()[1].callback(failure)

    def run(self, transaction: Any) -> None:
        """Raises `_Ended` where there is nothing to commit."""
        if self._has_run:
            # Synapse tries again by itself; the module's function can only be run again by Node.
            raise _Ended
        self._has_run = True
        self._tell(self._begun, {"transaction": self.number})
        while True:
            try:
                command, answer = self._commands.get(timeout=max(0.0, self._end - time.monotonic()))
            except queue.Empty:
                raise _Ended from None
            match command["do"]:
                case "execute":
                    self._execute(transaction, command, answer)
                case "commit":
                    self._commit(transaction, answer)
                    return
                case _:
                    self._tell(answer, None)
                    raise _Ended

    def _execute(self, transaction: Any, command: Any, answer: Answer) -> None:
        try:
            transaction.execute(command["sql"], tuple(_from_wire(value) for value in command["params"]))
            result = _result_of(transaction)
        except Exception as error:
            # PostgreSQL then refuses every further statement, and turns a commit into a rollback.
            self._is_broken = self._is_broken or hasattr(error, "pgcode")
            result = _describe(error, "SQL")
        self._tell(answer, result)

    def _commit(self, transaction: Any, answer: Answer) -> None:
        if self._is_broken:
            self._tell(answer, _failed("SQL", "A statement had failed, so nothing was committed"))
            raise _Ended
        try:
            releases.connection_of(transaction).commit()
        except Exception as error:
            self._tell(answer, _describe(error, "SQL"))
            raise _Ended from error
        self._tell(answer, None)

    def _tell(self, answer: Answer, result: Any) -> None:
        self._call_from_thread(lambda: answer.callback(result))


def _result_of(transaction: Any) -> dict[str, Any]:
    description = transaction.description
    if description is None:
        return {"columns": [], "rows": [], "changes": max(0, transaction.rowcount)}
    columns = [column[0] for column in description]
    rows = transaction.fetchmany(MAX_ROWS + 1)
    if len(rows) > MAX_ROWS:
        raise ValueError(f"the statement returns more than {MAX_ROWS} rows")
    return {
        "columns": columns,
        "rows": [[_to_wire(value, column) for column, value in zip(columns, row, strict=True)] for row in rows],
        "changes": 0,
    }


def _to_wire(value: Any, column: str) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"bytes": base64.b64encode(bytes(value)).decode()}
    raise TypeError(f"{column} is a {type(value).__name__}: cast it to text in the statement")


def _from_wire(value: Any) -> Any:
    return base64.b64decode(value["bytes"]) if isinstance(value, dict) else value


def _describe(error: Exception, code: str) -> dict[str, Any]:
    sql_code = getattr(error, "pgcode", None) or getattr(error, "sqlite_errorname", None)
    retry = sql_code in _RETRY_CODES or str(sql_code).startswith("SQLITE_BUSY")
    return _failed(code, f"{type(error).__name__}: {error}", sql_code, retry)


def _failed(code: str, message: str, sql_code: Any = None, retry: bool = False) -> dict[str, Any]:
    text = message.encode("utf-8", "backslashreplace").decode()[:4096]
    named = sql_code if isinstance(sql_code, str) else None
    return {"failed": {"code": code, "message": text, "sql_code": named, "retry": retry}}
