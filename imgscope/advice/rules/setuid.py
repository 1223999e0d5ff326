"""Programs that run as somebody else, beyond those that every distribution has."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from imgscope.advice.facts import Facts, Moded
from imgscope.advice.model import Confidence, Finding, Group, Named, Rule
from imgscope.advice.words import layers_said
from imgscope.filesystem.rootfs import FILE

_SHOWN = 3
_PLACES = (b"bin/", b"sbin/", b"usr/bin/", b"usr/sbin/", b"lib/", b"usr/lib/", b"usr/lib64/", b"usr/libexec/")
_USUAL = frozenset(
    (
        *(b"su", b"sudo", b"doas", b"passwd", b"gpasswd", b"chsh", b"chfn", b"chage", b"newgrp", b"expiry", b"sg"),
        *(
            b"mount",
            b"umount",
            b"mount.nfs",
            b"mount.cifs",
            b"fusermount",
            b"fusermount3",
            b"ntfs-3g",
            b"ping",
            b"ping6",
        ),
        *(b"unix_chkpwd", b"pam_timestamp_check", b"pam_extrausers_chkpwd", b"userhelper", b"usernetctl"),
        *(b"ssh-keysign", b"ssh-agent", b"dbus-daemon-launch-helper", b"pkexec", b"polkit-agent-helper-1"),
        *(
            b"wall",
            b"write",
            b"bsd-write",
            b"crontab",
            b"at",
            b"utempter",
            b"locate",
            b"mlocate",
            b"plocate",
            b"dotlockfile",
        ),
        *(b"newuidmap", b"newgidmap", b"bwrap", b"bbsuid", b"busybox-suid", b"traceroute6.iputils", b"mtr-packet"),
        *(b"exim4", b"postdrop", b"postqueue", b"sendmail", b"screen", b"lockfile", b"chrome-sandbox", b"Xorg.wrap"),
        *(b"grub2-set-bootflag", b"kismet_capture", b"vmware-user-suid-wrapper", b"snap-confine", b"staprun"),
    )
)


class Setuid(Rule):
    """What packages of distributions install setuid or setgid is taken for granted."""

    id = "setuid"
    title = "unusual setuid or setgid programs"
    looks_for = "Setuid and setgid programs beyond those that distributions have."

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding for all."""
        rootfs = facts.filesystem.rootfs
        odd = [one for one in facts.modes if one.kind == FILE and one.mode & 0o6000]
        found = [(one, path) for one in odd if not _is_usual(path := rootfs.path(one.node))]
        if not found:
            return
        number = len(found)
        many = "1 program runs" if number == 1 else f"{number:,} programs run"
        yield Finding(
            id=self.id,
            title=self.title,
            cause=f"{many} as somebody else, from {layers_said([one.layer for one, _ in found])}",
            fix="Take the bit away where the file is written (chmod u-s,g-s), or give it the one capability it needs",
            group=Group.SECURITY,
            confidence=Confidence.HIGH,
            layer=found[0][0].layer,
            files=number,
            top=lambda: [Named(path, detail=_told(one)) for one, path in found[:_SHOWN]],
        )


def _is_usual(path: bytes) -> bool:
    return path.rpartition(b"/")[2] in _USUAL and path.startswith(_PLACES)


def _told(one: Moded) -> str:
    bits = [f"setuid {one.uid}"] * bool(one.mode & stat.S_ISUID) + [f"setgid {one.gid}"] * bool(one.mode & stat.S_ISGID)
    return ", ".join(bits)
