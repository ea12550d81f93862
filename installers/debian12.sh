#!/usr/bin/env bash
# Installs what Hounsfield needs to build and run on Debian 12, with --lint also what tests/lint/run needs. Does nothing where all is
# there.
set -euo pipefail
packages=(g++ cmake ninja-build pkg-config ccache mold git libinsighttoolkit5-dev libtorch-dev libdnnl-dev libopenblas0-openmp catch2
  libdcmtk-dev dcmtk libgdcm-tools nlohmann-json3-dev libcli11-dev zlib1g-dev libzip-dev libicu-dev libsentencepiece-dev sentencepiece
  qt6-base-dev libqt6opengl6-dev qt6-svg-dev libvtk9-dev pkg-config libgl-dev libegl-dev libgl1-mesa-dri libxkbcommon-dev xvfb xauth fonts-noto-core fonts-noto-cjk locales)
[ "${1:-}" != --lint ] || packages+=(clang-format clang-tidy codespell cppcheck)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
export DEBIAN_FRONTEND=noninteractive
if [ ${#missing[@]} -gt 0 ]; then
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi
# The tests read and write numbers under these: a decimal comma, a Turkish i, a narrow space between thousands.
for name in de_DE tr_TR fr_FR zh_CN; do
  locale -a | grep -ix "$name.utf-\?8" > /dev/null || "${as_root[@]}" localedef -i "$name" -f UTF-8 "$name.UTF-8"
done
