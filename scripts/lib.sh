# Shared by the scripts next to it: finds Python, installs Debian packages, makes and updates environments.

# The build of torch that agents are trained with. TORCH names another one.
TORCH=${TORCH:-torch==2.13.0}

say() { printf '%s\n' "$*" >&2; }

# Prints the path of the Python to use: $PYTHON, else the first one from 3.11 to 3.13 that can make environments.
# An active environment, or one that is first on PATH, is never used itself: its base Python is.
find_python() {
  for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    base=$("$candidate" -c 'import os, sys; print(os.path.realpath(sys.executable))' 2>/dev/null) || continue
    "$base" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || continue
    "$base" -c 'import ensurepip, venv' 2>/dev/null && { printf '%s\n' "$base"; return 0; }
  done
  return 1
}

# Installs Debian packages if this user may, else prints the line to type.
# Arguments: package names.
need_packages() {
  missing=""
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing="$missing $package"
  done
  [ -z "$missing" ] && return 0
  if [ "$(id -u)" = 0 ]; then
    say "installing$missing"
    apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2
  else
    say "these packages are needed; type:  sudo apt-get install -y$missing"
    return 1
  fi
}

need_python() {
  asked_for=${PYTHON:-}
  if ! PYTHON=$(find_python); then
    if command -v apt-get >/dev/null 2>&1; then
      need_packages python3 python3-venv && PYTHON=$(find_python) && return 0
    fi
    say "Python 3.11, 3.12 or 3.13 is needed, with venv"
    return 1
  fi
}

# Prints the extras of this project that are installed in an environment, with commas between them, such as "audio,train".
# Reads the packages' metadata with the base Python: the environment's own Python may be gone.
installed_extras() {
  "$PYTHON" - "$1" <<'PY'
import glob, re, sys, tomllib
from importlib.metadata import distributions

def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()

folders = glob.glob(f"{sys.argv[1]}/lib/python3.*/site-packages")
installed = {plain(found.metadata["Name"]) for found in distributions(path=folders) if found.metadata["Name"]}
extras = tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]

def complete(extra):
    for line in extras[extra]:
        requirement, _, marker = line.partition(";")
        own = re.fullmatch(r"impsy-tui\[(.+)\]", requirement.strip())
        name = plain(re.match(r"[\w.-]+", requirement)[0])
        if own and not all(map(complete, own[1].split(","))):
            return False
        # A marker may leave a requirement out for this Python, but not the main requirement of the extra.
        if not own and (not marker or line is extras[extra][0]) and name not in installed:
            return False
    return True

print(",".join(sorted(extra for extra in extras if complete(extra))))
PY
}

# make_environment FOLDER WHAT…: a virtual environment with WHAT installed.
# A working environment is never cleared. It is updated in place, with its extras, when WHAT or pyproject.toml has
# changed. Without network it stays unchanged. If its Python is gone, or is not the one in PYTHON, it is kept until the
# new one is complete.
make_environment() {
  folder=$1
  shift
  stamp="$folder/.made-for"
  wanted="$*"
  case " $* " in *" -e "*) wanted="$wanted $(cksum <pyproject.toml)" ;; esac
  [ -d "$folder.kept" ] && restore_environment "$folder"
  if usable "$folder"; then
    [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return 0
    say "updating $folder"
  else
    say "making $folder (this takes a minute or more)"
  fi
  if [ "$*" = "-e ." ] && extras=$(installed_extras "$folder") && [ -n "$extras" ]; then
    say "with the extras that are installed in it: $extras"
    set -- -e ".[$extras]"
  fi
  if ! usable "$folder"; then
    [ -d "$folder" ] && mv "$folder" "$folder.kept"
    "$PYTHON" -m venv "$folder" || { restore_environment "$folder"; return 1; }
  fi
  if "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; then
    printf '%s' "$wanted" >"$stamp"
    rm -rf "$folder.kept"
  elif usable "$folder" && [ -e "$stamp" ]; then
    say "$folder could not be updated (no network?): it is used as it is"
  else
    restore_environment "$folder"
    say "$folder could not be made: pip needs the network for it"
    return 1
  fi
}

# Succeeds if the environment's Python runs and is the requested one.
usable() {
  "$1/bin/python" -c 'import pip' 2>/dev/null || return 1
  [ -z "$asked_for" ] || [ "$("$1/bin/python" -c 'import os, sys; print(os.path.realpath(sys.executable))')" = "$PYTHON" ]
}

# Restores the kept environment if the new one was not completed.
restore_environment() {
  if [ -d "$1.kept" ]; then
    rm -rf "$1" && mv "$1.kept" "$1"
  fi
}

# make_demo PART FOLDER: makes shipped models; see DemoRequest.
make_demo() {
  .venv-test/bin/python -c 'import sys
from pathlib import Path
from impsy_tui.cli.output.progress import work
from impsy_tui.workers.requests import DemoRequest
work(DemoRequest(Path(sys.argv[2]), sys.argv[1]))' "$1" "$2"
}
