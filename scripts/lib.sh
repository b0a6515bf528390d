# Shared by the scripts beside it: finding Python, making environments.

# What agents learn with; TORCH names another build. Where pip brings that of a graphics card, the README knows the CPU's.
TORCH=${TORCH:-torch==2.13.0}

say() { printf '%s\n' "$*" >&2; }

# The Python to use: $PYTHON, else the newest one here from 3.11 to 3.13 that can make environments.
find_python() {
  for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || continue
    "$candidate" -c 'import ensurepip, venv' 2>/dev/null && { command -v "$candidate"; return 0; }
  done
  return 1
}

# Install Debian packages where that is possible, else say the one line to type.
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
  if ! PYTHON=$(find_python); then
    if command -v apt-get >/dev/null 2>&1; then
      need_packages python3 python3-venv && PYTHON=$(find_python) && return 0
    fi
    say "Python 3.11, 3.12 or 3.13 is needed, with venv"
    return 1
  fi
}

# make_environment FOLDER WHAT…: a virtual environment with WHAT installed, made anew only when
# WHAT or what this project needs has changed since.
make_environment() {
  folder=$1
  shift
  stamp="$folder/.made-for"
  wanted="$PYTHON $*"
  case " $* " in *" -e "*) wanted="$wanted $(cksum <pyproject.toml)" ;; esac
  if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    say "making $folder (once, a minute or so)"
    "$PYTHON" -m venv --clear "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
    printf '%s' "$wanted" >"$stamp"
  fi
}
