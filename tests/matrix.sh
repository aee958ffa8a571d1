#!/bin/sh
# The checks of .github/workflows/test.yml on this machine: unit tests on every Python from 3.11 on that is found, unit
# tests with the lowest supported versions, and the wheel in an environment of its own. Ends with a table.
set -u
cd "$(dirname "$0")/.."
python=.venv/bin/python
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
results=""
failed=0

note() { # NAME STATUS
  [ "$2" = 0 ] && said=passed || { said="FAILED (log above)"; failed=1; }
  results="$results$1: $said\n"
}

unit_tests() { # NAME PYTHON [OPTIONS OF PYTEST]
  (unset VIRTUAL_ENV; "$2" -m pytest -q ${3:-} tests/unit 2>&1 | tail -n 30) > "$folder/log"
  tail -n 1 "$folder/log" | grep -q ' passed' && ! tail -n 1 "$folder/log" | grep -qE 'failed|error'
  status=$?
  cat "$folder/log"
  note "$1" $status
}

for version in 3.11 3.12 3.13 3.14; do
  found=$(command -v "python$version" || ls "$HOME"/.pyenv/versions/"$version".*/bin/python 2>/dev/null | head -n 1)
  if [ -z "$found" ]; then results="${results}Python $version: not found here\n"; continue; fi
  echo "== Python $version"
  "$found" -m venv "$folder/$version" &&
    "$folder/$version/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock &&
    "$folder/$version/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . ||
    { note "Python $version" 1; continue; }
  unit_tests "Python $version" "$folder/$version/bin/python"
done

echo "== lowest supported versions"
if "$python" -m pip install -q --disable-pip-version-check uv &&
  "$python" -m uv pip compile pyproject.toml --python-version 3.11 --resolution lowest-direct --all-extras \
    --no-emit-index-url --quiet -o "$folder/lowest.txt" &&
  "$python" -m venv "$folder/lowest" &&
  "$folder/lowest/bin/python" -m pip install -q --disable-pip-version-check -r "$folder/lowest.txt" &&
  "$folder/lowest/bin/python" -m pip install -q --disable-pip-version-check -c "$folder/lowest.txt" hypothesis pytest \
    pytest-randomly hatchling editables 'ibis-framework[polars,sqlite]' &&
  "$folder/lowest/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
then unit_tests "lowest supported versions" "$folder/lowest/bin/python" "-o filterwarnings=default" # others' old versions warn
else note "lowest supported versions" 1
fi

echo "== wheel"
"$python" -m pytest -q tests/packaging
note "wheel" $?

printf "\n$results"
exit $failed
