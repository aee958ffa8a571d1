#!/bin/sh
# A web browser for the tests of pages: the one that is there, else Debian's and Ubuntu's package where it may be
# installed, else what to type.
set -u

found() {
  command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable
}

if found >/dev/null; then exit 0; fi
if [ "$(uname)" = Darwin ] && [ -d "/Applications/Google Chrome.app" ]; then exit 0; fi

root=""
[ "$(id -u)" = 0 ] || root="sudo -n"
if command -v apt-get >/dev/null && $root true 2>/dev/null; then
  echo "installing chromium and chromium-driver (once)"
  for attempt in 1 2 3 4 5; do
    $root apt-get -qq update >/dev/null 2>&1 &&
      $root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 install --no-install-recommends \
        chromium chromium-driver >/dev/null 2>&1 && found >/dev/null && exit 0
    echo "the packages could not be installed (attempt $attempt of 5)" >&2
    sleep $((attempt * 5))
  done
fi
echo "make test needs Chromium or Chrome, and found neither. Debian and Ubuntu: apt-get install chromium" \
  "chromium-driver. Elsewhere install Google Chrome. Then run make test again." >&2
exit 1
