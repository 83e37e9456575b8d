"""Two judges with other clocks, zones, languages and hash seeds find the same, byte by byte.

The clock is the system's own, moved for all that runs in the other judge's processes by a small library that is
compiled here and loaded before the C library: Python, the killable workers and c2pa-rs alike.
"""

import base64
import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.camera import jpeg, photograph, picture
from escrow_chain.evidence.bundle import read_bundle
from escrow_chain.evidence.content import Stated, document_content
from escrow_chain.evidence.hearing import hear_again
from escrow_chain.evidence.passkeys import passkey_address
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.evidence.submission import ConfirmationMessage
from escrow_chain.protocol.canonical import canonical
from tests.evidence import papers
from tests.evidence.bundled import CUSTOMER, Records, document, heard, written
from tests.evidence.capture import Holder
from tests.evidence.elsewhere import found
from tests.evidence.scene import DOMAIN, KAMPALA
from tests.evidence.test_passkeys import KEY, ORIGIN, RP_ID, asserted, challenge, client

YEAR_S = 31_557_600
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long shift(void) { const char *seconds = getenv("CLOCK_SHIFT"); return seconds ? atol(seconds) : 0; }

int clock_gettime(clockid_t clock, struct timespec *found) {
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, found);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) found->tv_sec += shift();
    return failed;
}

int gettimeofday(struct timeval *found, void *zone) {
    int (*real)(struct timeval *, void *) = dlsym(RTLD_NEXT, "gettimeofday");
    int failed = real(found, zone);
    if (!failed) found->tv_sec += shift();
    return failed;
}

time_t time(time_t *place) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (place) *place = now.tv_sec;
    return now.tv_sec;
}
"""


def papers_with_authority() -> dict[str, Any]:
    """A term that asks for a report which the bureau's inspectors sign."""
    report = {"type": "inspection_report", "verification_authority": "bureau", "fields_required": ["inspector"]}
    return {
        "term_type": "custom",
        "data": {"verification_type": "document_check", "required_documents": [report]},
    }


def cut(name: str) -> bytes:
    """A photo of which a fifth is cut off."""
    whole = picture(name, (1600, 1200))
    return jpeg(whole.crop((160, 120, 1600, 1200)))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Path:
    """A camera's photo, a part of another one, a signed report, a passkey's word, and a window in a zone."""
    place = {"latitude": KAMPALA["latitude"], "longitude": KAMPALA["longitude"], "radius": 100}
    window = {"verification_window": {"start_time": "03:30", "end_time": "04:00"}}
    passkey = passkey_address(KEY.public)
    records = Records(
        document(
            {"term_type": "location_verification", "data": place | window},
            {"term_type": "photo_upload", "data": {"required_count": 1, "grade": "G2"}},
            {
                "term_type": "photo_upload",
                "data": {"required_count": 1, "ai_validation": {"check_quality": True, "verify_authenticity": True}},
            },
            papers_with_authority(),
            {"term_type": "delivery_confirmation", "data": {}},
            timezone="America/St_Johns",
            people={"customer": passkey, "bureau": CUSTOMER.address},
            authorities={"bureau": [base64.b64encode(papers.bureau().der).decode()]},
        )
    )
    root = Holder.authority(since=papers.BORN)
    camera, nonce = root.camera(since=papers.BORN), b"\x5f" * 32
    records.picture(1, camera.sign(photograph("rocket", (1600, 1200)), nonce="0x" + nonce.hex()), nonce=nonce)
    for metres in range(3):
        records.locate(0, KAMPALA | {"longitude": KAMPALA["longitude"] + metres / 1e5})
    records.picture(2, photograph("coffee", (1600, 1200)))
    records.picture(2, cut("coffee"))
    paper = papers.report()
    stated = {"type": "inspection_report"}
    content = document_content(hashlib.sha256(paper).digest(), Stated.model_validate(stated))
    records.submit(3, "document", content, file=paper, document="report.pdf", stated=stated)
    said = {"kind": "confirmation", "confirmed": True, "rating": 0}
    word = ConfirmationMessage.model_validate(records.message(4) | said)
    assertion = asserted(client_data=client(challenge=challenge(word.digest(DOMAIN))))
    party = {"id": RP_ID, "origins": (ORIGIN,)}
    records.add(word, by=CUSTOMER, signature=None, passkey=assertion, receipt={"relying_party": party})
    sitting = heard(records, sandbox=sandbox, anchors=root.pem)
    return written(tmp_path_factory.mktemp("bundle") / "all.bundle", sitting)


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that moves the clock."""
    folder = tmp_path_factory.mktemp("shim")
    (folder / "clock.c").write_text(SHIM)
    library = folder / "clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, folder / "clock.c", "-ldl"], check=True)  # noqa: S607
    return library


PLACES: dict[str, dict[str, str]] = {
    "here": {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "0"},
    "ten years on": {
        "TZ": "Asia/Kathmandu",
        "LC_ALL": "de_DE.UTF-8",
        "LANG": "de_DE.UTF-8",
        "PYTHONHASHSEED": "1",
        "CLOCK_SHIFT": str(10 * YEAR_S),
    },
    "before the certificates": {
        "TZ": "America/St_Johns",
        "LC_ALL": "C.UTF-8",
        "LANG": "tr_TR.UTF-8",
        "PYTHONHASHSEED": "4294967295",
        "PYTHONUTF8": "0",
        "CLOCK_SHIFT": str(-25 * YEAR_S),
    },
}


@pytest.fixture(scope="module")
def others(bundle: Path, shim: Path) -> dict[str, tuple[dict[str, Any], bytes]]:
    """What judges at each place say of themselves, and find; they work at the same time."""
    common = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "LD_PRELOAD": str(shim)}
    judges = {}
    for name, own in PLACES.items():
        command = [sys.executable, "-m", "tests.evidence.elsewhere", str(bundle)]
        judges[name] = subprocess.Popen(command, env=common | own, stdout=subprocess.PIPE)
    results = {}
    for name, judge in judges.items():
        output, _ = judge.communicate(timeout=60)
        assert judge.returncode == 0
        said, verdicts = output.split(b"\n", 1)
        results[name] = json.loads(said), verdicts
    return results


def test_the_bundle_shows_what_could_differ(bundle: Path, sandbox: Sandbox) -> None:
    """A trusted camera, a signed report, a passkey; only the part of another photo does not count."""
    again = hear_again(read_bundle(bundle), sandbox=sandbox)
    verdicts = [one.verdict for one in again.heard[0].judged]
    assert all(verdict.fulfilled for verdict in verdicts)
    assert [check.code for verdict in verdicts for check in verdict.failures] == ["photo.same_scene", "photo.authentic"]
    assert [verdict.grade for verdict in verdicts][1] == "G2"


@pytest.mark.parametrize("place", PLACES)
def test_judges_elsewhere_find_the_same(
    bundle: Path, sandbox: Sandbox, others: dict[str, tuple[dict[str, Any], bytes]], place: str
) -> None:
    """Byte by byte: every verdict, every sentence, every measure."""
    assert others[place][1] == canonical(found(hear_again(read_bundle(bundle), sandbox=sandbox)))


def test_their_clocks_and_surroundings_do_differ(others: dict[str, tuple[dict[str, Any], bytes]]) -> None:
    """In the judge's process and in its worker: else this would show nothing."""
    for name, (said, _) in others.items():
        expected = datetime.now(UTC) + timedelta(seconds=int(PLACES[name].get("CLOCK_SHIFT", "0")))
        for clock in ("here", "worker"):
            assert abs(datetime.fromtimestamp(said[clock], UTC) - expected) < timedelta(minutes=10)
    for surrounding in ("zone", "hash"):
        assert len({said[surrounding] for said, _ in others.values()}) == len(PLACES)


def test_c2pa_itself_says_otherwise_by_their_clocks(others: dict[str, tuple[dict[str, Any], bytes]]) -> None:
    """The moved clock reaches it: there the certificate has expired, or is not valid yet."""
    codes = {name: set(said["codes"]) for name, (said, _) in others.items()}
    assert "signingCredential.expired" not in codes["here"]
    assert "signingCredential.expired" in codes["ten years on"]
    assert "signingCredential.expired" in codes["before the certificates"]
