# Sourced by .ci/run: a Docker engine for tests, and Compose v2 beside it. Owns what it installs and starts, and knows nothing of tests.
# shellcheck shell=bash

compose_is_v2() { timeout 20 docker compose version --short 2>/dev/null | grep -qE '^v?[2-9]'; }
engine_answers() { timeout 20 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# Debian's docker.io has no Compose. The plugin comes from the next release's docker-compose, out of an apt state of its own:
# nothing else can come from there, and the machine's sources stay as they are.
COMPOSE_RELEASE=trixie

install_engine() {
  have apt-get || return 0
  if ! have dockerd && ! engine_answers; then apt_install docker.io iptables cgroupfs-mount || return; fi
  have docker || apt_install docker.io || return
  compose_is_v2 || install_compose
}

install_compose() {
  local folder mirror codename deb keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  if apt-cache policy docker-compose | grep -qE 'Candidate: [2-9]'; then
    apt_install docker-compose
    return
  fi
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016
  mirror=$(apt-get indextargets --format '$(LABEL) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v codename="$codename" '$1 == "Debian" && $2 == codename && $3 == "main" { print $4; exit }')
  if [ -z "${mirror:-}" ]; then
    echo "no Debian mirror among this machine's apt sources: Compose is not installed" >&2
    return 1
  fi
  folder=$(mktemp -d)
  chmod 755 "$folder"
  mkdir -p "$folder/lists/partial" "$folder/parts"
  [ -e "$keyring" ] || keyring=
  echo "deb ${keyring:+[signed-by=$keyring] }$mirror $COMPOSE_RELEASE main" >"$folder/sources.list"
  (
    cd "$folder" || exit 1
    options=(-o "Dir::Etc::SourceList=$folder/sources.list" -o "Dir::Etc::SourceParts=$folder/parts"
      -o "Dir::State::Lists=$folder/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)
    timeout 300 apt-get "${options[@]}" update -qq && timeout 300 apt-get "${options[@]}" -o APT::Sandbox::User=root download -qq docker-compose
  ) && deb=$(ls "$folder"/docker-compose_*.deb) && apt_install "$deb"
  local result=$?
  rm -rf "$folder"
  return "$result"
}

# An engine that answers is used as it is. Otherwise one is started with a folder of its own, which goes with it.
start_engine() {
  engine_answers && return
  have dockerd || { echo 'no Docker engine answers and dockerd is not installed' >&2; return 1; }
  # Without systemd nobody has mounted the control groups.
  if ! grep -qE '^[^ ]+ /sys/fs/cgroup[^ ]* cgroup2? ' /proc/mounts && have cgroupfs-mount; then as_root cgroupfs-mount; fi
  engine_folder=$(mktemp -d -p "${TMPDIR:-/var/tmp}" playground-engine-XXXXXX)
  as_root dockerd --data-root "$engine_folder/data" --exec-root "$engine_folder/exec" --pidfile "$engine_folder/pid" \
    --host "unix://$engine_folder/docker.sock" --group "$(id -gn)" >"$engine_folder/log" 2>&1 &
  export DOCKER_HOST="unix://$engine_folder/docker.sock"
  local waited
  for ((waited = 0; waited < 60; waited++)); do
    engine_answers && return
    [ -n "$(jobs -r)" ] || break
    sleep 1
  done
  echo "dockerd does not answer after ${waited} s; its last lines:" >&2
  tail -n 15 "$engine_folder/log" >&2
  stop_engine
  return 1
}

stop_engine() {
  [ -n "${engine_folder:-}" ] || return 0
  local pid waited
  if pid=$(cat "$engine_folder/pid" 2>/dev/null) && [ -n "$pid" ]; then
    timeout 60 docker ps -q 2>/dev/null | xargs -r timeout 60 docker kill >/dev/null 2>&1
    as_root kill "$pid"
    for ((waited = 0; waited < 30; waited++)); do [ -d "/proc/$pid" ] || break; sleep 1; done
    if [ -d "/proc/$pid" ]; then as_root kill -9 "$pid"; fi
  fi
  awk -v folder="$engine_folder/" 'index($2, folder) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do as_root umount -l "$mount"; done
  as_root rm -rf "$engine_folder"
  unset engine_folder DOCKER_HOST
}
