"""What the API says of time stamps: policy, bundle, assessment, readiness."""

from __future__ import annotations

import time
from pathlib import Path

from ledger.bundle import parse_bundle
from ledger.policy import parse_policy
from ledger.runtime.stamper import Stamper
from ledger.runtime.stamps import Stamps
from ledger.runtime.time_settings import time_authorities
from tests.api.conftest import opened
from tests.stamps.a_time_authority import serving, settings_of
from tools.vectors._authority import Authority


def test_two_authorities(tmp_path: Path) -> None:
    with (
        serving(Authority("alpha")) as alpha,
        serving(Authority("beta")) as beta,
        opened(tmp_path, **settings_of(tmp_path / "roots", alpha, beta)) as api,
    ):
        services = api.world.services
        case = api.world.opened()
        assert api.submit(case).status_code == 201
        size = api.chain.anchor()
        part = api.get("/readyz").json()["parts"][-1]
        assert part["name"] == "stamps" and not part["required"] and "newest stamp: none" in part["detail"]
        assert services.log_key is not None
        stamps, key = Stamps(services.store), services.log_key.verifier
        stamper = Stamper(stamps, services.reader, key, time_authorities(services.settings))
        # The made-up chain's blocks are weeks old, so the worker would let them be: asked one by one.
        for name in ("alpha", "beta"):
            stamps.keep(stamper.ask(name, services.reader.note(size)), int(time.time()))
        assert api.get("/readyz").json()["parts"][-1]["ready"] is True
        policy = parse_policy(api.get("/v1/trust-policy").content)
        assert [item.name for item in policy.time_authorities] == ["alpha", "beta"] and policy.time_quorum == 2
        path = f"/v1/cases/0x{case.id.hex()}"
        assert set(parse_bundle(api.get(f"{path}/bundle").content).stamps) == {size}
        for said in api.get(f"{path}/assessment").json()["statements"]:
            assert said["stamped_not_after"]["authorities"] == ["alpha", "beta"]
            assert said["stamped_not_after"]["value"] == "passed"
        assert f"habeas_stamped_size {float(size)}" in api.get("/metrics").text


def test_without_authorities_nothing_is_said(tmp_path: Path) -> None:
    with opened(tmp_path) as api:
        assert "stamps" not in [part["name"] for part in api.get("/readyz").json()["parts"]]
        assert "habeas_stamped_size" not in api.get("/metrics").text
        assert b"time_quorum" not in api.get("/v1/trust-policy").content
