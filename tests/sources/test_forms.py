"""One image in every saved form is one model with one accounting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import imgscope
from imgscope.report.build import build_report
from tests.build import Spec, d, every_form, f, h, layer, o, s, sha, w

SPEC = Spec(
    [
        layer(d("usr"), d("usr/lib"), s("lib", "usr/lib"), f("usr/lib/a", "a" * 1000), f("usr/lib/b", "b" * 500)),
        layer(f("lib/a", "A" * 1000), w("usr/lib/b"), d("opt"), f("opt/x", "x" * 300), h("opt/y", "opt/x")),
        layer(),
        layer(d("opt"), o("opt"), f("opt/z", "z"), f("usr/lib/a", "A" * 1000, mode=0o755)),
    ],
    history=[
        {"created_by": "/bin/sh -c #(nop) ADD file:1 in / "},
        {"created_by": "|1 V=1 /bin/sh -c make install", "comment": "c", "author": "a"},
        {"created_by": "ENV A=1", "empty_layer": True},
        {"created_by": "RUN /bin/sh -c true # buildkit"},
        {"created_by": "COPY opt /opt # buildkit"},
    ],
    config={
        "User": "1000",
        "Env": ["A=1"],
        "Cmd": ["sh"],
        "Volumes": {"/data": {}},
        "ExposedPorts": {"80/tcp": {}},
        "Labels": {"k": "v"},
        "Healthcheck": {"Test": ["CMD", "true"], "Interval": 5},
        "Entrypoint": None,
    },
)
FORMS = (
    *("docker-archive", "docker-archive, symlinked layers", "docker-archive, 25 and later"),
    *("docker-archive, ./ before names", "oci-archive, plain", "oci-archive, gzip", "oci-archive, zstd"),
    *("oci-archive, nested index", "oci-layout", "dir", "unpacked docker-archive"),
    *("whole file gzip", "whole file zstd", "whole file xz", "whole file bzip2"),
)
_DEPENDS_ON_FORM = {"digest", "media_type", "compression", "stored_bytes"}


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return every_form(SPEC, tmp_path_factory.mktemp("forms"))


def test_all_forms_are_listed(forms: dict[str, Path]) -> None:
    assert set(forms) == set(FORMS)


@pytest.mark.parametrize("form", FORMS)
def test_the_model_is_the_same(form: str, forms: dict[str, Path]) -> None:
    with imgscope.open_image(str(forms[form])) as opened:
        image = opened.image

    assert image.id == sha(SPEC.raw_config)
    assert image.raw_config == SPEC.raw_config
    assert [layer.diff_id for layer in image.layers] == [sha(data) for data in SPEC.layers]
    assert image.tags in (("example/app:1",), ())
    config = image.config.config
    assert (config.user, config.env, config.cmd, config.entrypoint) == ("1000", ("A=1",), ("sh",), None)
    assert (config.volumes, config.exposed_ports, config.labels) == (("/data",), ("80/tcp",), {"k": "v"})
    assert config.healthcheck
    assert (config.healthcheck.test, config.healthcheck.interval) == (("CMD", "true"), 5)
    assert [step.layer for step in image.history.steps] == [0, 1, None, 2, 3]
    assert [step.instruction for step in image.history.steps] == [
        "ADD file:1 in /",
        "RUN make install",
        "ENV A=1",
        "RUN true",
        "COPY opt /opt",
    ]


def essence(path: Path) -> dict[str, Any]:
    with imgscope.open_image(str(path)) as opened:
        report = build_report(imgscope.inspect(opened))
    return {
        "layers": [{k: v for k, v in layer.items() if k not in _DEPENDS_ON_FORM} for layer in report["layers"]],
        "waste": [{k: v for k, v in row.items() if k != "stored_bytes"} for row in report["waste"]],
        "history": report["history"],
        "complete": report["complete"],
    }


@pytest.mark.parametrize("form", FORMS)
def test_the_accounting_is_the_same(form: str, forms: dict[str, Path]) -> None:
    assert essence(forms[form]) == essence(forms["docker-archive"])


def test_the_accounting_is_right(forms: dict[str, Path]) -> None:
    found = essence(forms["docker-archive"])

    assert [(row["path"], row["bytes"], row["cause"], row["layer"], row["hidden_by"]) for row in found["waste"]] == [
        ("usr/lib/a", 1000, "overwritten", 0, 1),
        ("usr/lib/a", 1000, "metadata_only", 1, 3),
        ("usr/lib/b", 500, "deleted", 0, 1),
        ("opt/x", 300, "opaque", 1, 3),
    ]
    assert [row["versions"] for row in found["waste"]] == [3, 3, 1, 1]
    numbers = [
        (la["added"], la["modified"], la["removed"], la["whiteouts"], la["opaque_whiteouts"]) for la in found["layers"]
    ]
    assert numbers == [(5, 0, 0, 0, 0), (3, 1, 1, 1, 0), (0, 0, 0, 0, 0), (1, 1, 2, 0, 1)]
    assert [layer["causes_wasted_bytes"] for layer in found["layers"]] == [0, 1500, 0, 1300]
