#!/bin/bash
# Builds the two large images that performance is measured on, and saves each in three forms:
#
#     tests/benchmarks/images.sh [DIRECTORY]
#
# mid-docker.tar, mid-oci-gz.tar, mid-oci-zstd.tar, and the same of big. Needs root, half an hour and 30 GB; the
# Debian packages docker.io runc skopeo mmdebstrap; and apt lists that are there (apt-get update), which say where
# Debian's packages come from. It runs an engine of its own, and leaves nothing of it behind.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
target=${1:-${TMPDIR:-/tmp}/imgscope-images}
mkdir -p "$target"
target=$(cd "$target" && pwd)
work=$(mktemp -d "$target/work.XXXXXX")
export DOCKER_HOST=unix://$work/docker.sock DOCKER_CONFIG=$work/settings TMPDIR=$work
# The old builder: its layers have opaque markers, as most images in the wild.
export DOCKER_BUILDKIT=0

leave() {
    [ -z "${engine:-}" ] || { kill "$engine"; wait "$engine"; } || true
    awk -v below="$work/" 'index($2, below) == 1 {print $2}' /proc/mounts | sort -r | while read -r mount; do
        umount "$mount"
    done
    rm -rf --one-file-system "$work"
}
trap leave EXIT
trap 'exit 1' INT TERM

start_engine() {
    dockerd --host "$DOCKER_HOST" --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" \
        --storage-driver overlay2 --iptables=false --ip6tables=false --bridge=none >"$work/engine.log" 2>&1 &
    engine=$!
    for _ in $(seq 60); do
        docker info >/dev/null 2>&1 && return
        sleep 1
    done
    tail "$work/engine.log" >&2
    exit 1
}

make_userland() {
    local codename
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Origin: Debian' 'Created-By: Packages' |
        mmdebstrap --quiet --variant=minbase "$codename" "$1" -
}

# Few whiteouts: tools that copy the tree for each of them shall come to an end.
make_mid() {
    local context=$work/mid
    mkdir "$context"
    make_userland "$context/userland.tar"
    python3 "$here/application.py" source "$context/app"
    cp "$here/application.py" "$context/app/"
    cat >"$context/Dockerfile" <<'DOCKERFILE'
FROM scratch
ADD userland.tar /
ENV DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8
RUN printf 'APT::Install-Recommends "0";\n' >/etc/apt/apt.conf.d/90lean && apt-get -q update
RUN apt-get install -qy build-essential gdb cmake git ca-certificates curl && apt-get clean
RUN apt-get install -qy python3-full python3-pip python3-numpy python3-scipy python3-pandas python3-matplotlib python3-django python3-sympy python3-sphinx
RUN apt-get install -qy nodejs npm
RUN apt-get install -qy default-jdk-headless
COPY app /srv/app
RUN python3 -m compileall -q /srv/app && chown -R 1000:1000 /srv/app
RUN rm -rf /var/lib/apt/lists /var/cache/apt/archives
RUN head -c 200000000 /dev/urandom >/opt/model.bin && echo 'level = debug' >/etc/app.conf
RUN sed -i s/debug/info/ /etc/app.conf && rm -rf /srv/app/.git
RUN cd /usr/share/doc && for name in python3-n*; do rm -rf "$name" && mkdir "$name" && echo gone >"$name/README"; done
WORKDIR /srv/app
EXPOSE 8080/tcp
USER 1000
CMD ["python3", "-m", "web"]
DOCKERFILE
    docker build --quiet --network=host --tag bench/mid:1 "$context"
}

# Many entries, in layers of every kind that costs.
make_big() {
    local context=$work/big
    mkdir "$context"
    python3 "$here/application.py" source "$context/app"
    echo 'VERSION = 2' >"$context/app/web/version.py"
    cat >"$context/Dockerfile" <<'DOCKERFILE'
FROM bench/mid:1
USER 0
RUN mkdir -p /var/lib/apt/lists/partial /var/cache/apt/archives/partial && apt-get -q update && apt-get install -qy clang && rm -rf /var/lib/apt/lists/* && apt-get clean
RUN python3 /srv/app/application.py packages /srv/packages
RUN cd /srv/packages && chown -R 1000:1000 scope00 scope01 scope02 scope03
RUN cd /srv/packages && find . -name README.md -delete && find scope0* -name LICENSE -delete
RUN cd /srv/packages/scope30 && for name in */lib; do rm -rf "$name" && mkdir "$name" && echo gone >"$name/index.js"; done
RUN cd /srv/packages && rm -rf scope1*
COPY app /srv/app
RUN cp -a /opt/model.bin /opt/model-2.bin && chmod -R g+w /srv/app
USER 1000
DOCKERFILE
    docker build --quiet --network=host --tag bench/big:1 "$context"
}

save() {
    docker save --output "$target/$1-docker.tar" "bench/$1:1"
    for form in gzip:gz zstd:zstd; do
        rm -f "$target/$1-oci-${form#*:}.tar"
        skopeo --tmpdir "$work" copy --quiet --dest-compress-format "${form%:*}" \
            "docker-archive:$target/$1-docker.tar" "oci-archive:$target/$1-oci-${form#*:}.tar:$1"
    done
    chmod 644 "$target/$1"-*.tar
}

start_engine
make_mid
make_big
save mid
save big
