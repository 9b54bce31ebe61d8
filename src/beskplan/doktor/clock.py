"""Is it the time that this machine says it is?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from beskplan.doktor.finding import Finding, some
from beskplan.landing import Landing
from beskplan.landing.freshness import DENMARK
from beskplan.landing.store import LOOKS
from beskplan.release import manifest, swap
from beskplan.settings import Settings
from beskplan.sources.http import LOOPBACK

OFF_BY = timedelta(seconds=60)
PATIENCE_S = 3.0
OFFSETS = (timedelta(hours=1), timedelta(hours=2))
SET_IT = "Set the clock: `timedatectl set-ntp true`, then see that `date -u` is right."


def check(settings: Settings, now: datetime) -> Iterator[Finding]:
    """What is kept beside now, and the offset of Danish time."""
    latest = f"{now + OFF_BY:%Y-%m-%dT%H:%M:%SZ}"
    kept = dict(_kept(settings))
    ahead = [f"{name} is of {time}" for name, time in sorted(kept.items()) if time > latest]
    told = f"{len(kept)} times in landing and releases beside now, {now:%Y-%m-%dT%H:%M:%SZ}"
    if ahead:
        found = f"{told}: {len(ahead)} lie ahead: {some(ahead)}"
        do = f"{SET_IT} If it is right, the named ones were written while it was ahead: tell the "
        do += "engineer before the next publish."
        yield Finding("clock", "fault", found, do)
    else:
        yield Finding("clock", "ok", f"{told}: none lies ahead")
    offset = now.astimezone(DENMARK).utcoffset()
    if offset in OFFSETS:
        yield Finding("clock", "ok", f"Europe/Copenhagen: UTC+{offset.seconds // 3600} now")
    else:
        do = "Install the machine's time zones: `apt-get install tzdata`, or the package tzdata."
        yield Finding("clock", "fault", f"Europe/Copenhagen: offset {offset} now", do)


def _kept(settings: Settings) -> Iterator[tuple[str, str]]:
    """Name and time of each vintage, look, decision and release."""
    landing = Landing(settings.landing)
    for vintage in landing.vintages():
        yield f"{vintage.kilde}/{vintage.tabel_id} {vintage.hentet_utc}", vintage.hentet_utc
    for folder in (landing.path / LOOKS).glob("*/*"):
        for look in landing.tilsyn(folder.parent.name, folder.name):
            yield f"{LOOKS}/{look.kilde}/{look.tabel_id}/{look.nr:06d}", look.set_utc
    for made in landing.decisions():
        yield f"decision {made.nr} on {made.tabel_id} {made.hentet_utc}", made.afgjort_utc
    for release in swap.finished(settings.releases) if settings.releases.is_dir() else []:
        yield f"releases/{release.name}", manifest.read(release)["opgjort_utc"]


def sources(settings: Settings) -> Iterator[Finding]:
    """Our clock beside each source's; no key is sent.

    Args:
        settings: whom to ask.
    """
    for url in dict.fromkeys((settings.jobindsats_url, settings.statbank_url)):
        yield _source(url)


def _source(url: str) -> Finding:
    host = urlsplit(url).netloc
    # A proxy from the environment stands between us and the internet, not loopback.
    direct = urlsplit(url).hostname in LOOPBACK
    try:
        with httpx.Client(timeout=PATIENCE_S, trust_env=not direct) as client:
            answer = client.head(url)
        now, theirs = datetime.now(UTC), parsedate_to_datetime(answer.headers["date"])
    except (httpx.HTTPError, httpx.InvalidURL, KeyError, ValueError) as error:
        return Finding(
            "clock",
            "note",
            f"{host}: no time from it in {PATIENCE_S:g} s ({type(error).__name__})",
            "See that this machine reaches it; without network ask with --uden-net.",
        )
    # The header has whole seconds.
    off = round((now - theirs).total_seconds())
    if abs(off) > OFF_BY.total_seconds():
        found = f"{host}: our clock is {abs(off)} s {'ahead of' if off > 0 else 'behind'} its"
        return Finding("clock", "fault", found, SET_IT)
    return Finding("clock", "ok", f"{host}: its clock and ours differ by {abs(off)} s")
