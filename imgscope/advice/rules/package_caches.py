"""What package managers keep for the next time: in an image there is none."""

from __future__ import annotations

from imgscope.advice.model import Confidence, Place
from imgscope.advice.rules.placed import PlacedRule


def _fix(same_run: str, target: str) -> str:
    return f"{same_run}; or keep it out of layers with RUN --mount=type=cache,target={target}"


_BUNDLES = ("conda", "miniconda3", "miniforge3", "mambaforge", "anaconda3")


class PackageCaches(PlacedRule):
    """Downloads and indexes."""

    id = "package-caches"
    title = "package caches"
    looks_for = (
        "What apt, apk, dnf, yum, zypper, pacman, pip, uv, poetry, npm, yarn, pnpm, go, cargo, conda, composer, gem, "
        "maven, gradle and nuget keep for the next time."
    )
    places = (
        Place(
            "apt's package lists",
            ("var/lib/apt/lists/",),
            _fix("End the RUN that installs with rm -rf /var/lib/apt/lists/*", "/var/lib/apt/lists"),
        ),
        Place(
            "apt's downloads",
            ("var/cache/apt/",),
            _fix("End the RUN that installs with apt-get clean", "/var/cache/apt,sharing=locked"),
        ),
        Place("apk's cache", ("var/cache/apk/", "etc/apk/cache/"), _fix("apk add --no-cache", "/var/cache/apk")),
        Place(
            "dnf's and yum's cache",
            ("var/cache/dnf/", "var/cache/libdnf5/", "var/cache/yum/"),
            _fix("End the RUN that installs with dnf clean all", "/var/cache/dnf"),
        ),
        Place("zypper's cache", ("var/cache/zypp/",), _fix("End the RUN with zypper clean --all", "/var/cache/zypp")),
        Place(
            "pacman's downloads",
            ("var/cache/pacman/pkg/",),
            _fix("End the RUN with pacman -Scc --noconfirm", "/var/cache/pacman/pkg"),
        ),
        Place("pip's cache", ("**/.cache/pip/",), _fix("pip install --no-cache-dir", "/root/.cache/pip")),
        Place("uv's cache", ("**/.cache/uv/",), _fix("uv sync --no-cache, or UV_NO_CACHE=1", "/root/.cache/uv")),
        Place(
            "poetry's and pipenv's cache",
            ("**/.cache/pypoetry/cache/", "**/.cache/pypoetry/artifacts/", "**/.cache/pipenv/"),
            _fix("End the RUN with rm -rf ~/.cache", "/root/.cache"),
        ),
        Place(
            "npm's cache",
            ("**/.npm/_cacache/", "**/.npm/_logs/"),
            _fix("End the RUN with npm cache clean --force", "/root/.npm"),
        ),
        Place(
            "yarn's cache",
            ("usr/local/share/.cache/yarn/", "**/.cache/yarn/", "**/.yarn/berry/cache/"),
            _fix("End the RUN with yarn cache clean", "/usr/local/share/.cache/yarn"),
        ),
        Place(
            "pnpm's store",
            ("**/.local/share/pnpm/store/", "**/.pnpm-store/"),
            _fix('End the RUN with rm -rf "$(pnpm store path)"', "/root/.local/share/pnpm/store"),
        ),
        Place(
            "go's build cache",
            ("**/.cache/go-build/",),
            _fix("Build in another stage, and COPY --from it what was built", "/root/.cache/go-build"),
        ),
        Place(
            "go's module cache",
            ("**/go/pkg/mod/",),
            _fix("Build in another stage, and COPY --from it what was built", "/go/pkg/mod"),
        ),
        Place(
            "cargo's registry",
            ("**/.cargo/registry/", "**/.cargo/git/", "**/cargo/registry/", "**/cargo/git/"),
            _fix("Build in another stage, and COPY --from it what was built", "/usr/local/cargo/registry"),
        ),
        Place(
            "conda's packages",
            tuple(f"**/{name}/pkgs/" for name in _BUNDLES),
            _fix("End the RUN with conda clean -afy", "/opt/conda/pkgs"),
        ),
        Place(
            "composer's cache",
            ("**/.composer/cache/", "**/.cache/composer/"),
            _fix("composer install --no-cache", "/root/.composer/cache"),
        ),
        Place(
            "gem's downloads",
            (
                *("var/lib/gems/*/cache/", "usr/local/bundle/cache/", "**/.gem/ruby/*/cache/", "**/.bundle/cache/"),
                *("usr/local/lib/ruby/gems/*/cache/", "usr/lib/ruby/gems/*/cache/"),
            ),
            _fix('End the RUN with rm -rf "$(gem environment gemdir)"/cache/*', "/usr/local/bundle/cache"),
        ),
        Place(
            "maven's repository",
            ("**/.m2/repository/",),
            _fix("Build in another stage, and COPY --from it what was built", "/root/.m2"),
            confidence=Confidence.MEDIUM,
        ),
        Place(
            "gradle's caches",
            ("**/.gradle/caches/", "**/.gradle/wrapper/dists/"),
            _fix("Build in another stage, and COPY --from it what was built", "/root/.gradle"),
        ),
        Place(
            "nuget's packages",
            ("**/.nuget/packages/",),
            _fix("Publish in another stage, and COPY --from it what was published", "/root/.nuget/packages"),
            confidence=Confidence.MEDIUM,
        ),
    )
