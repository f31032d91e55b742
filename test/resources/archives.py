#!/usr/bin/env python3
"""archives.py FOLDER - write to FOLDER the archives that archive_test.c unpacks, good and evil."""
import io
import os
import sys
import tarfile
import zipfile

folder = sys.argv[1]


def path(name):
    return os.path.join(folder, name)


def member(name, kind=tarfile.REGTYPE, **fields):
    info = tarfile.TarInfo(name)
    info.type = kind
    info.mode = 0o755 if kind == tarfile.DIRTYPE else 0o644
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def tar(name, members, mode="w", form=tarfile.PAX_FORMAT):
    """members: (TarInfo, content) or TarInfo"""
    with tarfile.open(path(name), mode, format=form) as archive:
        for entry in members:
            info, content = entry if isinstance(entry, tuple) else (entry, b"")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def link(name, target):
    return member(name, tarfile.SYMTYPE, linkname=target)


def hard(name, target):
    return member(name, tarfile.LNKTYPE, linkname=target)


def good():
    return [
        member("web", tarfile.DIRTYPE),
        (member("web/blueprint.yaml"), b"node_templates: {}\n"),
        (member("./web//scripts/start.sh", mode=0o755), b"#!/bin/sh\n"),
        (member("web/Gr\u00fc\u00dfe.txt"), b"hello\n"),
        link("web/scripts/again.sh", "start.sh"),
        link("web/scripts/up", "../blueprint.yaml"),
        link("web/nowhere", "missing"),
        hard("web/copy.yaml", "web/blueprint.yaml"),
    ]


for kind in ("", "gz", "bz2", "xz"):
    tar("good.tar" + (kind and "." + kind), good(), "w:" + kind)
tar("gnu.tar", good(), form=tarfile.GNU_FORMAT)
tar("flat.tar", [(member("blueprint.yaml"), b"a\n"), (member("b"), b"b\n")])
tar("empty.tar", [])

with zipfile.ZipFile(path("good.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("web/blueprint.yaml", "node_templates: {}\n")
    script = zipfile.ZipInfo("web/scripts/start.sh")
    script.create_system = 3
    script.external_attr = 0o100755 << 16
    archive.writestr(script, "#!/bin/sh\n")
    archive.writestr("web/Gr\u00fc\u00dfe.txt", "hello\n")
with zipfile.ZipFile(path("parent.zip"), "w") as archive:
    archive.writestr("ok.txt", "ok")
    archive.writestr("../evil.txt", "evil")
with zipfile.ZipFile(path("link.zip"), "w") as archive:
    info = zipfile.ZipInfo("etc")
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    archive.writestr(info, "/etc")

fine = (member("ok.txt"), b"ok")
tar("parent.tar", [fine, (member("a/../../evil.txt"), b"evil")])
tar("absolute.tar", [fine, (member("/tmp/evil.txt"), b"evil")])
tar("link-absolute.tar", [fine, link("etc", "/etc")])
tar("link-out.tar", [fine, link("a/up", "../../x")])
tar("link-hop.tar", [
    fine,
    member("d/e", tarfile.DIRTYPE),
    link("d/e/top", "../.."),
    link("out", "d/e/top/.."),
])
tar("link-out-of-top.tar", [(member("top/ok.txt"), b"ok"), link("top/up", "..")])
tar("link-loop.tar", [fine, link("a", "b"), link("b", "a")])
tar("through-link.tar", [member("d", tarfile.DIRTYPE), link("l", "d"), (member("l/x"), b"x")])
tar("through-link-out.tar", [link("l", "/tmp"), (member("l/evil.txt"), b"evil")])
tar("through-file.tar", [fine, (member("ok.txt/x"), b"x")])
tar("hard-out.tar", [fine, hard("passwd", "/etc/passwd")])
tar("hard-up.tar", [fine, hard("passwd", "../../etc/passwd")])
tar("hard-missing.tar", [fine, hard("x", "later"), (member("later"), b"x")])
tar("hard-link.tar", [fine, link("l", "ok.txt"), hard("x", "l")])
tar("device.tar", [fine, member("null", tarfile.CHRTYPE, devmajor=1, devminor=3)])
tar("pipe.tar", [fine, member("pipe", tarfile.FIFOTYPE)])
tar("setuid.tar", [(member("sh", mode=0o4755), b"sh")])
tar("twice.tar", [fine, fine])
tar("file-over-folder.tar", [member("a", tarfile.DIRTYPE), (member("a"), b"a")])
tar("folder-over-file.tar", [(member("a"), b"a"), member("a", tarfile.DIRTYPE)])
tar("long.tar", [(member("/".join(["x" * 200] * 6)), b"x")])
tar("deep.tar", [(member("/".join(["x"] * 65)), b"x")])
tar("many.tar", [(member("f%d" % i), b"") for i in range(11)])
tar("folders.tar", [(member("%s/f%d" % ("/".join("abcd"), i)), b"") for i in range(7)])
tar("large.tar", [(member("a"), bytes(600)), (member("b"), bytes(600))])
tar("bomb.tar.xz", [fine, (member("zeros"), bytes(20 << 20))], "w:xz")

with open(path("good.tar.gz"), "rb") as whole, open(path("cut.tar.gz"), "wb") as cut:
    cut.write(whole.read()[:200])
with open(path("text.tar"), "w") as text:
    text.write("node_templates: {}\n" * 100)
with open(path("nothing.zip"), "w"):
    pass
