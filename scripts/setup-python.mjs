// Makes .venv, the Python environment of the tests.
import { makeEnvironment } from "./python-environment.mjs";

makeEnvironment(".venv", [
  "python-shim/requirements.txt",
  "python-shim/requirements-postgres.txt",
  "python-shim/requirements-dev.txt",
]);
