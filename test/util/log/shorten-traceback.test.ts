import { expect, test } from "vitest";
import { shortenTracebacks } from "../../../src/util/log/shorten-traceback.ts";

const SHIM = `  File "/opt/python-shim/media_bridge_shim/modules.py", line 140, in _attempt
    context.run(action)
`;

test("A traceback is the places in the module's own files, innermost first, with the line of code", () => {
  const text = `module 1 (module: gate.Gate) cannot be constructed: KeyError: 'limit'
Traceback (most recent call last):
${SHIM}  File "/srv/gate.py", line 3, in __init__
    self.limit = read(config)
                 ~~~~^^^^^^^^
  File "/srv/helpers.py", line 9, in read
    return config['limit']
           ~~~~~~^^^^^^^^^
KeyError: 'limit'
To start without what cannot be loaded, name the others`;
  expect(shortenTracebacks(text)).toBe(`module 1 (module: gate.Gate) cannot be constructed: KeyError: 'limit'
    at /srv/helpers.py:9 in read: return config['limit']
    at /srv/gate.py:3 in __init__: self.limit = read(config)
To start without what cannot be loaded, name the others`);
});

test("A mistake in syntax is shown with its file and line", () => {
  const text = `module 1 cannot be imported: SyntaxError: expected ':' (gate.py, line 2)
Traceback (most recent call last):
${SHIM}  File "<frozen importlib._bootstrap>", line 241, in _call_with_frames_removed
  File "/srv/gate.py", line 2
    def __init__(self)
                      ^
SyntaxError: expected ':'`;
  expect(shortenTracebacks(text)).toBe(`module 1 cannot be imported: SyntaxError: expected ':' (gate.py, line 2)
    at /srv/gate.py:2: def __init__(self)`);
});

test("Where nothing has said what was raised, the traceback says it first", () => {
  const text = `Traceback (most recent call last):
  File "/srv/gate.py", line 1, in <module>
    import nothing
ModuleNotFoundError: No module named 'nothing'`;
  expect(shortenTracebacks(text)).toBe(
    "ModuleNotFoundError: No module named 'nothing'\n    at /srv/gate.py:1: import nothing",
  );
});

test("Every traceback of a chain is shortened", () => {
  const text = `Traceback (most recent call last):
  File "/srv/gate.py", line 5, in allowed
    raise ValueError("first")
ValueError: first

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/gate.py", line 7, in allowed
    raise KeyError("second")
KeyError: 'second'`;
  expect(shortenTracebacks(text).split("\n")).toEqual([
    "ValueError: first",
    '    at /srv/gate.py:5 in allowed: raise ValueError("first")',
    "",
    "During handling of the above exception, another exception occurred:",
    "",
    "KeyError: 'second'",
    '    at /srv/gate.py:7 in allowed: raise KeyError("second")',
  ]);
});

test("A text without a traceback, and one that was cut in the middle, stay readable", () => {
  expect(shortenTracebacks("nothing\n  File here")).toBe("nothing\n  File here");
  expect(shortenTracebacks('Traceback (most recent call last):\n  File "/srv/gate.py", line 1, in a')).toBe(
    "\n    at /srv/gate.py:1 in a",
  );
});
