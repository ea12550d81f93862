#!/usr/bin/env bash
# Installs what Hounsfield needs to build and run on Debian 12. Does nothing where all is there.
set -euo pipefail
packages=(g++ cmake ninja-build pkg-config ccache mold git libinsighttoolkit5-dev libtorch-dev libdnnl-dev libopenblas0-openmp catch2
  libdcmtk-dev dcmtk libgdcm-tools nlohmann-json3-dev libcli11-dev zlib1g-dev libzip-dev libicu-dev libsentencepiece-dev sentencepiece
  qt6-base-dev libqt6opengl6-dev qt6-svg-dev libvtk9-dev pkg-config libgl-dev libegl-dev libgl1-mesa-dri libxkbcommon-dev xvfb xauth fonts-noto-core fonts-noto-cjk)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
